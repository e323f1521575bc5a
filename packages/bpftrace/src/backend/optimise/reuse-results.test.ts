import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../../ir/function-builder.ts';
import { at, imm, inSlot, mapAddress, reg, slotAddress } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { reuseResults } from './reuse-results.ts';

const LOOKUP = 1;
const PID_TGID = 14;
const COMM = 16;
const KTIME = 5;

describe('reuseResults', () => {
  it.each<[string, (f: FunctionBuilder) => void, string[]]>([
    ['arithmetic', (f) => [1, 2].map(() => f.binary('rsh', f.params[0]!, imm(32))), ['%1 = rsh64 %0, 32', '%2 = %1']],
    ['calls that never change', (f) => [1, 2].map(() => f.call(PID_TGID, [])), ['%1 = call helper#14()', '%2 = %1']],
    ['no clock', (f) => [1, 2].map(() => f.call(KTIME, [])), ['%1 = call helper#5()', '%2 = call helper#5()']],
    ['loads', (f) => [1, 2].map(() => f.load(4, at(f.params[0]!, 8))), ['%1 = load4 [%0 + 8]', '%2 = %1']],
    [
      'no loads behind a store elsewhere',
      (f) => {
        const p = f.params[0]!;
        f.load(4, at(p, 8));
        f.store(4, at(p, 16), imm(1));
        f.load(4, at(p, 8));
      },
      ['%1 = load4 [%0 + 8]', 'store4 [%0 + 16], 1', '%2 = load4 [%0 + 8]'],
    ],
    [
      'what was stored in a slot',
      (f) => {
        const slot = f.newSlot(8, 8, 'x');
        f.store(8, inSlot(slot), reg(f.params[0]!));
        f.load(8, inSlot(slot));
        f.load(4, inSlot(slot));
      },
      ['store8 [$0 x + 0], %0', '%1 = %0', '%2 = load4 [$0 x + 0]'],
    ],
    [
      'the low bits of what was stored',
      (f) => {
        const slot = f.newSlot(8, 8, 'x');
        f.store(2, inSlot(slot), reg(f.params[0]!));
        f.load(2, inSlot(slot));
      },
      ['store2 [$0 x + 0], %0', '%1 = extend u16 %0'],
    ],
    [
      'nothing that a helper may have written',
      (f) => {
        const slot = f.newSlot(16, 8, 'comm');
        f.store(8, inSlot(slot), imm(1));
        f.callVoid(COMM, [slotAddress(slot), imm(16)]);
        f.load(8, inSlot(slot));
      },
      ['store8 [$0 comm + 0], 1', 'call helper#16(&[$0 comm + 0], 16)', '%1 = load8 [$0 comm + 0]'],
    ],
    [
      'slots that a helper only reads',
      (f) => {
        const slot = f.newSlot(8, 8, 'key');
        f.store(8, inSlot(slot), imm(1));
        f.callVoid(LOOKUP, [mapAddress('m'), slotAddress(slot)]);
        f.load(8, inSlot(slot));
      },
      ['store8 [$0 key + 0], 1', 'call helper#1(map m, &[$0 key + 0])', '%1 = const 1'],
    ],
  ])('reuses %s', (_, write, expected) => {
    expect(printBody(reuseResults(buildMain(write)))).toEqual(['b0:', ...expected, 'return 0']);
  });

  it('reads the context once, whatever is called in between', () => {
    const fn = buildMain((f) => {
      f.load(4, at(f.params[0]!, 8));
      f.callVoid(6, []);
      f.load(4, at(f.params[0]!, 8));
    });
    const expected = ['b0:', '%1 = load4 [%0 + 8]', 'call helper#6()', '%2 = %1', 'return 0'];
    expect(printBody(reuseResults(fn, undefined, { isMain: true }))).toEqual(expected);
    expect(printBody(reuseResults(fn))).toEqual(printBody(fn));
  });

  it('reads it again where the program writes it', () => {
    const fn = buildMain((f) => {
      f.load(4, at(f.params[0]!, 8));
      f.store(4, at(f.params[0]!, 8), imm(1));
      f.load(4, at(f.params[0]!, 8));
    });
    expect(printBody(reuseResults(fn, undefined, { isMain: true }))).toEqual(printBody(fn));
  });
});
