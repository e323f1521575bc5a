import { describe, expect, it } from 'vitest';
import { FunctionBuilder } from './function-builder.ts';
import type { BlockId, VirtualRegister } from './ir.ts';
import { validateIr } from './validate.ts';
import { at, CONTEXT, functionAddress, imm, inSlot, reg, slotAddress } from './values.ts';

/** What `validateIr` says of a main function. */
function mistakesOf(write: (f: FunctionBuilder) => void, callback = false): readonly string[] {
  const main = new FunctionBuilder('main');
  if (!callback) write(main);
  main.return();
  const functions = [main.build()];
  if (callback) {
    const f = new FunctionBuilder('each', 2);
    write(f);
    f.return();
    functions.push(f.build());
  }
  return validateIr({ functions });
}

const NOWHERE = 99 as VirtualRegister;

describe('validateIr', () => {
  it.each<[string, (f: FunctionBuilder) => void, string]>([
    ['a register that is nowhere', (f) => f.copy(NOWHERE), 'main b0[0]: no register %99'],
    [
      'a read before every write',
      (f) => f.copy(f.newRegister()),
      'main b0[0]: register %1 is read but no path has written it',
    ],
    [
      'a wide immediate',
      (f) => f.binary('add', f.params[0]!, { kind: 'immediate', value: 2 ** 40 }),
      'main b0[0]: immediate 1099511627776 does not fit 32 bits signed',
    ],
    ['a wide offset', (f) => f.load(8, at(f.params[0]!, 40000)), 'main b0[0]: offset 40000 does not fit 16 bits'],
    [
      'a store beyond a slot',
      (f) => f.store(8, inSlot(f.newSlot(4, 4, 'key')), imm(0)),
      'main b0[0]: 8 bytes at 0 in slot key of 4 bytes',
    ],
    [
      'a crooked store',
      (f) => f.store(4, inSlot(f.newSlot(8, 8, 'key'), 2), imm(0)),
      'main b0[0]: 4 bytes at 2 in slot key aligned to 8',
    ],
    [
      'a store wider than the alignment',
      (f) => f.store(8, inSlot(f.newSlot(8, 4, 'key')), imm(0)),
      'main b0[0]: 8 bytes at 0 in slot key aligned to 4',
    ],
    [
      'an address beyond a slot',
      (f) => f.callVoid(6, [slotAddress(f.newSlot(8, 8, 'key'), 8)]),
      'main b0[0]: offset 8 in slot key of 8 bytes',
    ],
    [
      'six arguments',
      (f) =>
        f.callVoid(
          6,
          [1, 2, 3, 4, 5, 6].map((n) => imm(n)),
        ),
      'main b0[0]: 6 arguments, at most 5 are wanted',
    ],
    ['a function that is nowhere', (f) => f.callVoid(181, [functionAddress('each')]), 'main b0[0]: no function each'],
    [
      'compare and exchange',
      (f) => f.atomic('cmpxchg', 8, at(f.params[0]!), f.params[0]!),
      'main b0[0]: cmpxchg has no operand for what it expects',
    ],
  ])('tells of %s', (_, write, mistake) => {
    expect(mistakesOf(write)).toEqual([mistake]);
  });

  it('knows the context in the main function only', () => {
    expect(mistakesOf((f) => f.callVoid(6, [CONTEXT]))).toEqual([]);
    expect(mistakesOf((f) => f.callVoid(6, [CONTEXT]), true)).toEqual([
      'each b0[0]: only the main function has the context',
    ]);
  });

  it('tells of targets that are nowhere', () => {
    const terminator = { kind: 'goto', target: 7 as BlockId } as const;
    const block = { id: 0 as BlockId, instructions: [], terminator };
    const main = { name: 'main', params: [], blocks: [block], registerCount: 0, slots: [] };
    expect(validateIr({ functions: [main] })).toEqual(['main b0 terminator: no block b7']);
    expect(validateIr({ functions: [] })).toEqual(['program without a function']);
  });

  it('is content where one path of several has written', () => {
    const mistakes = mistakesOf((f) => {
      const [then, join] = [f.newBlock(), f.newBlock()];
      const x = f.newRegister();
      f.branch('eq', f.params[0]!, imm(0), then, join);
      f.setBlock(then);
      f.const(1, x);
      f.setBlock(join);
      f.binary('add', x, reg(x));
    });
    expect(mistakes).toEqual([]);
  });
});
