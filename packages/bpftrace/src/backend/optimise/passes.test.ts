import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../../ir/function-builder.ts';
import { at, imm, inSlot, mapAddress, reg, slotAddress } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { decideBranches } from './decide-branches.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { eliminateDeadStores } from './eliminate-dead-stores.ts';
import { mergeStores } from './merge-stores.ts';
import { optimise } from './optimise.ts';
import { reuseResults } from './reuse-results.ts';
import { simplifyControlFlow } from './simplify-control-flow.ts';
import { splitWebs } from './split-webs.ts';
import { threadJumps } from './thread-jumps.ts';

const LOOKUP = 1;
const PID_TGID = 14;
const COMM = 16;
const KTIME = 5;

describe('splitWebs', () => {
  it('gives each life of a register its own name', () => {
    const fn = buildMain((f) => {
      const x = f.const(1);
      f.callVoid(6, [reg(x)]);
      f.const(2, x);
      f.callVoid(6, [reg(x)]);
    });
    expect(printBody(splitWebs(fn))).toEqual([
      'b0:',
      '%1 = const 1',
      'call helper#6(%1)',
      '%2 = const 2',
      'call helper#6(%2)',
      'return 0',
    ]);
  });

  it('keeps together what meets at a use', () => {
    const fn = buildMain((f) => {
      const [then, join] = [f.newBlock(), f.newBlock()];
      const x = f.const(1);
      f.branch('eq', f.params[0]!, imm(0), then, join);
      f.setBlock(then);
      f.const(2, x);
      f.setBlock(join);
      f.callVoid(6, [reg(x)]);
    });
    expect(printBody(splitWebs(fn))).toEqual(printBody(fn));
  });
});

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
});

describe('eliminateDeadCode', () => {
  it('removes what is not read, and results that are not', () => {
    const fn = buildMain((f) => {
      f.binary('add', f.load(8, at(f.params[0]!)), imm(1));
      f.call(PID_TGID, []);
      f.call(LOOKUP, [mapAddress('m'), reg(f.params[0]!)]);
    });
    expect(printBody(eliminateDeadCode(fn))).toEqual(['b0:', 'call helper#1(map m, %0)', 'return 0']);
  });
});

describe('eliminateDeadStores', () => {
  it('removes stores that are overwritten before anything reads', () => {
    const fn = buildMain((f) => {
      const slot = f.newSlot(24, 8, 'key');
      for (const offset of [0, 8, 16]) f.store(8, inSlot(slot, offset), imm(0));
      f.callVoid(COMM, [slotAddress(slot), imm(16)]);
      f.store(4, inSlot(slot, 16), imm(7));
      f.callVoid(LOOKUP, [mapAddress('m'), slotAddress(slot)]);
      f.store(8, inSlot(slot), imm(9));
    });
    expect(printBody(eliminateDeadStores(fn))).toEqual([
      'b0:',
      // Its upper half is the key's padding.
      'store8 [$0 key + 16], 0',
      'call helper#16(&[$0 key + 0], 16)',
      'store4 [$0 key + 16], 7',
      'call helper#1(map m, &[$0 key + 0])',
      'return 0',
    ]);
  });

  it('keeps stores to slots whose address was stored', () => {
    const fn = buildMain((f) => {
      const [slot, box] = [f.newSlot(8, 8, 'value'), f.newSlot(8, 8, 'box')];
      f.store(8, inSlot(slot), imm(1));
      f.store(8, inSlot(box), reg(f.address(slotAddress(slot))));
      f.callVoid(181, [slotAddress(box)]);
    });
    expect(printBody(eliminateDeadStores(fn))).toEqual(printBody(fn));
  });
});

describe('mergeStores', () => {
  it.each<[string, readonly (readonly [1 | 2 | 4 | 8, number, number])[], string[]]>([
    [
      'zeros',
      [
        [4, 0, 0],
        [4, 4, 0],
        [4, 8, 0],
      ],
      ['store8 [$0 key + 0], 0', 'store4 [$0 key + 8], 0'],
    ],
    [
      'bytes',
      [
        [1, 0, 1],
        [1, 1, 2],
        [1, 2, 3],
        [1, 3, 4],
      ],
      ['store4 [$0 key + 0], 67305985'],
    ],
    [
      'in any order',
      [
        [4, 4, 0],
        [4, 0, 5],
      ],
      ['store8 [$0 key + 0], 5'],
    ],
    [
      'only what is aligned',
      [
        [4, 4, 0],
        [4, 8, 0],
      ],
      ['store4 [$0 key + 4], 0', 'store4 [$0 key + 8], 0'],
    ],
    [
      'only what one immediate holds',
      [
        [4, 0, 0],
        [4, 4, 5],
      ],
      ['store4 [$0 key + 0], 0', 'store4 [$0 key + 4], 5'],
    ],
    [
      'only what does not overlap',
      [
        [4, 0, 0],
        [4, 4, 0],
        [1, 4, 1],
      ],
      ['store4 [$0 key + 0], 0', 'store4 [$0 key + 4], 0', 'store1 [$0 key + 4], 1'],
    ],
  ])('joins %s', (_, stores, expected) => {
    const fn = buildMain((f) => {
      const slot = f.newSlot(16, 8, 'key');
      for (const [size, offset, value] of stores) f.store(size, inSlot(slot, offset), imm(value));
    });
    expect(printBody(mergeStores(fn, 'little'))).toEqual(['b0:', ...expected, 'return 0']);
  });

  it('looks at the order of bytes', () => {
    const fn = buildMain((f) => {
      const slot = f.newSlot(4, 4, 'key');
      f.store(2, inSlot(slot, 0), imm(1));
      f.store(2, inSlot(slot, 2), imm(2));
    });
    expect(printBody(mergeStores(fn, 'big'))).toContain('store4 [$0 key + 0], 65538');
  });
});

/** `x = a > 5 ? 1 : 0; if (x != 0) …` */
function testedBoolean(f: FunctionBuilder): void {
  const [yes, no, join, then, done] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
  const flag = f.newRegister();
  f.branch('gt', f.params[0]!, imm(5), yes, no);
  f.setBlock(yes);
  f.const(1, flag);
  f.goto(join);
  f.setBlock(no);
  f.const(0, flag);
  f.setBlock(join);
  f.branch('ne', flag, imm(0), then, done);
  f.setBlock(then);
  f.callVoid(6, []);
  f.setBlock(done);
}

describe('threadJumps', () => {
  it('jumps over a test whose outcome is known', () => {
    const body = printBody(threadJumps(buildMain(testedBoolean)));
    expect(body.slice(2, 8)).toEqual(['b1:', '%1 = const 1', 'goto b4', 'b2:', '%1 = const 0', 'goto b5']);
  });

  it('leaves nothing of a boolean that was only tested', () => {
    expect(printBody(optimise(buildMain(testedBoolean), 'little'))).toEqual([
      'b0:',
      'branch %0 gt 5 then b1 otherwise b5',
      'b1:',
      'call helper#6()',
      'goto b5',
      'b5:',
      'return 0',
    ]);
  });

  it('gives the same function back where there is nothing to do', () => {
    const fn = buildMain((f) => f.callVoid(6, []));
    expect(threadJumps(fn)).toBe(fn);
  });
});

describe('decideBranches', () => {
  it('tests nothing twice', () => {
    const fn = buildMain((f) => {
      const [hit, miss, again, never] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('ne', f.params[0]!, imm(0), hit, miss);
      f.setBlock(hit);
      f.branch('eq', f.params[0]!, imm(0), never, again);
      f.setBlock(never);
      f.callVoid(6, []);
      f.setBlock(again);
      f.callVoid(7, []);
      f.setBlock(miss);
    });
    const body = printBody(decideBranches(fn));
    expect(body.slice(body.indexOf('b1:'), body.indexOf('b1:') + 2)).toEqual(['b1:', 'goto b3']);
  });
});

describe('simplifyControlFlow', () => {
  it('skips empty blocks, joins chains and makes one of equal returns', () => {
    const fn = buildMain((f) => {
      const [a, b, c, d] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('eq', f.params[0]!, imm(0), a, b);
      f.setBlock(a);
      f.goto(c);
      f.setBlock(b);
      f.return(imm(0));
      f.setBlock(c);
      f.callVoid(6, []);
      f.goto(d);
      f.setBlock(d);
    });
    expect(printBody(simplifyControlFlow(fn))).toEqual([
      'b0:',
      'branch %0 eq 0 then b3 otherwise b2',
      'b2:',
      'return 0',
      'b3:',
      'call helper#6()',
      'goto b2',
    ]);
  });
});
