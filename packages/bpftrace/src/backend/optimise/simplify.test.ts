import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../../ir/function-builder.ts';
import type { VirtualRegister } from '../../ir/ir.ts';
import { at, CONTEXT, constant, imm, inSlot, mapAddress, reg, slotAddress } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { simplify } from './simplify.ts';

/** The last instruction, where %0 is the context and %1 eight unknown bytes of it. */
function last(write: (f: FunctionBuilder, x: VirtualRegister) => void): string | undefined {
  const fn = buildMain((f) => write(f, f.load(8, at(f.params[0]!))));
  return printBody(simplify(fn, 'little')).at(-2);
}

describe('simplify', () => {
  it.each<[string, (f: FunctionBuilder, x: VirtualRegister) => void, string]>([
    ['folds constants', (f) => f.binary('mul', f.const(6), imm(7)), '%3 = const 42'],
    ['folds 32-bit arithmetic without a sign', (f) => f.binary('sub', f.const(1), imm(2), 32), '%3 = const 4294967295'],
    ['divides by zero as the machine does', (f) => f.binary('mod', f.const(5), reg(f.const(0))), '%4 = const 5'],
    ['takes constants as immediates', (f, x) => f.binary('add', x, reg(f.const(5))), '%3 = add64 %1, 5'],
    ['changes sides for it', (f, x) => f.binary('xor', f.const(5), reg(x)), '%3 = xor64 %1, 5'],
    ['keeps wide constants in registers', (f, x) => f.binary('xor', x, f.value(1n << 40n)), '%3 = xor64 %1, %2'],
    ['adds nothing', (f, x) => f.binary('add', x, imm(0)), '%2 = %1'],
    ['clears the upper half with a 32-bit no-op', (f, x) => f.binary('add', x, imm(0), 32), '%2 = extend u32 %1'],
    ['multiplies by powers of two', (f, x) => f.binary('mul', x, imm(8)), '%2 = lsh64 %1, 3'],
    ['divides by them', (f, x) => f.binary('div', x, imm(1024)), '%2 = rsh64 %1, 10'],
    ['divides by a large one', (f, x) => f.binary('div', x, f.value(1n << 40n)), '%3 = rsh64 %1, 40'],
    ['masks instead of a modulo', (f, x) => f.binary('mod', x, imm(16)), '%2 = and64 %1, 15'],
    ['keeps a modulo whose mask is wide', (f, x) => f.binary('mod', x, f.value(1n << 40n)), '%3 = mod64 %1, %2'],
    ['masks 32 bits with a move', (f, x) => f.binary('and', x, f.value(0xffffffffn)), '%3 = extend u32 %1'],
    ['subtracts by adding', (f, x) => f.binary('sub', x, imm(4)), '%2 = add64 %1, -4'],
    ['adds sums up', (f, x) => f.binary('add', f.binary('add', x, imm(4)), imm(6)), '%3 = add64 %1, 10'],
    ['sees that sums cancel out', (f, x) => f.binary('sub', f.binary('add', x, imm(4)), imm(4)), '%3 = %1'],
    ['knows x - x', (f, x) => f.binary('sub', x, reg(x)), '%2 = const 0'],
    ['looks through copies', (f, x) => f.neg(f.copy(f.copy(x))), '%4 = neg %1'],
    ['drops the extension of a narrow load', (f) => f.extend(f.load(4, at(f.params[0]!)), 32, false), '%3 = %2'],
    ['drops the sign where there is none', (f) => f.extend(f.load(2, at(f.params[0]!)), 32, true), '%3 = %2'],
    ['keeps a needed extension', (f) => f.extend(f.load(4, at(f.params[0]!)), 32, true), '%3 = extend s32 %2'],
    ['drops a mask that masks nothing', (f) => f.binary('and', f.load(1, at(f.params[0]!)), imm(255)), '%3 = %2'],
    [
      'keeps a mask that the verifier needs',
      (f, x) => f.binary('and', f.binary('mod', x, imm(10)), imm(15)),
      '%3 = and64 %2, 15',
    ],
    ['adds offsets to loads', (f) => f.load(8, at(f.binary('add', f.params[0]!, imm(16)), 4)), '%3 = load8 [%0 + 20]'],
    [
      'reads slots directly',
      (f) => f.load(4, at(f.address(slotAddress(f.newSlot(8, 8, 'key'))), 4)),
      '%3 = load4 [$0 key + 4]',
    ],
    ['stores the low bits of constants', (f, x) => f.store(4, at(x), f.value(0xffffffffn)), 'store4 [%1 + 0], -1'],
    ['stores what was extended', (f, x) => f.store(4, at(x), reg(f.extend(x, 32, false))), 'store4 [%1 + 0], %1'],
    ['stores what was masked', (f, x) => f.store(1, at(x), reg(f.binary('and', x, imm(0x1ff)))), 'store1 [%1 + 0], %1'],
    [
      'stores what a mask has cut',
      (f, x) => f.store(2, at(x), reg(f.binary('and', x, imm(0x1ff)))),
      'store2 [%1 + 0], %2',
    ],
    ['extends once', (f, x) => f.extend(f.extend(x, 32, true), 16, false), '%3 = extend u16 %1'],
    [
      'makes arguments in place',
      (f) => f.callVoid(1, [reg(f.address(mapAddress('m'))), reg(f.address(CONTEXT))]),
      'call helper#1(map m, %0)',
    ],
    [
      'makes wide constants in place',
      (f) => f.callVoid(1, [reg(f.const(1n << 40n)), constant(3n)]),
      'call helper#1(constant 1099511627776, constant 3)',
    ],
    [
      'moves the address of a slot',
      (f) => f.callVoid(1, [reg(f.binary('add', f.address(slotAddress(f.newSlot(8, 8, 'key'))), imm(4)))]),
      'call helper#1(&[$0 key + 4])',
    ],
    ['swaps bytes', (f) => f.byteSwap(f.const(0x1234), 16), '%3 = const 13330'],
  ])('%s', (_, write, expected) => {
    expect(last(write)).toBe(expected);
  });

  it.each<[string, (f: FunctionBuilder, x: VirtualRegister, yes: never, no: never) => void, string]>([
    ['constants', (f, _x, yes, no) => f.branch('gt', f.const(3), imm(2), yes, no), 'goto b1'],
    [
      'what no byte exceeds',
      (f, _x, yes, no) => f.branch('gt', f.load(1, at(f.params[0]!)), imm(255), yes, no),
      'goto b2',
    ],
    ['a value and itself', (f, x, yes, no) => f.branch('sgt', x, reg(f.copy(x)), yes, no), 'goto b2'],
    ['what is never below zero', (f, x, yes, no) => f.branch('ge', x, imm(0), yes, no), 'goto b1'],
    [
      'constants on the left',
      (f, x, yes, no) => f.branch('gt', f.const(3), reg(x), yes, no),
      'branch %1 lt 3 then b1 otherwise b2',
    ],
  ])('decides branches on %s', (_, write, expected) => {
    const fn = buildMain((f) => {
      const [yes, no] = [f.newBlock(), f.newBlock()];
      write(f, f.load(8, at(f.params[0]!)), yes as never, no as never);
      f.setBlock(yes);
      f.return(imm(1));
      f.setBlock(no);
    });
    const body = printBody(simplify(fn, 'little'));
    expect(body.find((line) => line.startsWith('goto') || line.startsWith('branch'))).toBe(expected);
  });

  it('forgets what it knew of a register that is written again', () => {
    const fn = buildMain((f) => {
      const x = f.const(1);
      const y = f.copy(x);
      f.load(8, at(f.params[0]!), x);
      f.store(8, inSlot(f.newSlot(16, 8, 'out')), reg(f.binary('add', x, reg(y))));
    });
    expect(printBody(simplify(fn, 'little'))).toContain('%3 = add64 %1, 1');
  });
});
