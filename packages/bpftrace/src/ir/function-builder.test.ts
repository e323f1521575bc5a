import { describe, expect, it } from 'vitest';
import { FunctionBuilder } from './function-builder.ts';
import { printIr } from './print.ts';
import { validateIr } from './validate.ts';
import { at, CONTEXT, imm, inSlot, mapAddress, reg, slotAddress } from './values.ts';

describe('FunctionBuilder', () => {
  it('builds blocks in the order in which they are placed', () => {
    const f = new FunctionBuilder('main');
    const [hit, miss] = [f.newBlock(), f.newBlock()];
    const key = f.newSlot(4, 4, 'key');
    f.store(4, inSlot(key), imm(7));
    const value = f.call(1, [mapAddress('@counts'), slotAddress(key)]);
    f.branch('eq', value, imm(0), miss, hit, { likely: 'otherwise' });
    f.setBlock(hit);
    f.atomic('add', 8, at(value, 8), f.register(imm(1)));
    f.callVoid(25, [CONTEXT, mapAddress('@events'), f.value(0xffffffff), slotAddress(key), imm(4)]);
    f.setBlock(miss);
    f.return();
    const program = { functions: [f.build()] };
    expect(printIr(program)).toBe(`function main(%0)
  slot $0 key: 4 bytes, align 4
b0:
  store4 [$0 key + 0], 7
  %1 = call helper#1(map @counts, &[$0 key + 0])
  branch %1 eq 0 then b2 otherwise b1 likely otherwise
b1:
  %2 = const 1
  atomic add8 [%1 + 8], %2
  %3 = const 4294967295
  call helper#25(context, map @events, %3, &[$0 key + 0], 4)
  goto b2
b2:
  return 0
`);
    expect(validateIr(program)).toEqual([]);
  });

  it('takes what follows a terminator for unreachable', () => {
    const f = new FunctionBuilder('main');
    const next = f.newBlock();
    f.return(imm(1));
    expect(f.reachable).toBe(false);
    f.goto(next);
    f.const(5);
    expect(f.reachable).toBe(true);
    f.setBlock(next);
    f.return(reg(f.const(2n ** 40n)));
    expect(printIr({ functions: [f.build()] })).toBe(`function main(%0)
b0:
  return 1
b2:
  %1 = const 5
  goto b1
b1:
  %2 = const 1099511627776
  return %2
`);
  });

  it('marks instructions with the current source line', () => {
    const f = new FunctionBuilder('main');
    const source = { line: 1, column: 3, text: '@x = 1' };
    f.source = source;
    f.const(1);
    f.source = undefined;
    f.return();
    const [block] = f.build().blocks;
    expect(block?.instructions[0]?.source).toBe(source);
    expect(block?.terminator.source).toBeUndefined();
  });

  it('refuses blocks that are open, or targets that are never placed', () => {
    const open = new FunctionBuilder('main');
    expect(() => open.build()).toThrow('block 0 of main has no terminator');
    open.goto(open.newBlock());
    expect(() => open.build()).toThrow('block 1 of main is jumped to but was never placed');
    const closed = new FunctionBuilder('main');
    closed.return();
    expect(() => closed.setBlock(closed.build().blocks[0]!.id)).toThrow('already closed');
  });

  it('refuses immediates that do not fit', () => {
    expect(() => imm(2 ** 31)).toThrow('immediate 2147483648 does not fit 32 bits signed');
    expect(imm(-(2 ** 31)).value).toBe(-(2 ** 31));
    expect(new FunctionBuilder('main').value(2n ** 31n).kind).toBe('register');
  });
});
