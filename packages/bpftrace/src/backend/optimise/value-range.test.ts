import type { JumpOp } from '@waggle/bpf/asm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldComparison } from './fold.ts';
import { decideByRange, rangeOf } from './value-range.ts';

const OPS: readonly JumpOp[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sgt', 'sge', 'slt', 'sle', 'set'];

describe('decideByRange', () => {
  it.each<[JumpOp, bigint, JumpOp, bigint, boolean | undefined]>([
    ['sgt', 0n, 'slt', 0n, false],
    ['sgt', 0n, 'ne', 0n, true],
    ['sgt', 0n, 'sge', 1000n, undefined],
    ['lt', 10n, 'le', 9n, true],
    ['lt', 10n, 'sgt', 20n, false],
    ['sge', 5n, 'gt', 4n, true],
    ['slt', 0n, 'gt', 4n, undefined],
    ['ge', 5n, 'sgt', 4n, undefined],
  ])('x %s %d, so x %s %d: %s', (known, a, op, b, expected) => {
    expect(decideByRange(rangeOf(known, 64, a)!, op, 64, b)).toBe(expected);
  });

  it('never contradicts the comparison', () => {
    const number = fc.oneof(
      fc.bigInt(-3n, 3n),
      fc.bigInt(-(1n << 63n), (1n << 63n) - 1n),
      fc.constantFrom(1n << 31n, -(1n << 63n)),
    );
    const property = fc.property(
      fc.constantFrom(...OPS),
      fc.constantFrom(...OPS),
      fc.constantFrom<32 | 64>(32, 64),
      fc.tuple(number, number, number),
      (known, op, bits, [a, b, x]) => {
        const range = rangeOf(known, bits, a);
        if (!range || !foldComparison(known, bits, x, a)) return;
        const decided = decideByRange(range, op, bits, b);
        if (decided !== undefined) expect(decided).toBe(foldComparison(op, bits, x, b));
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });
});
