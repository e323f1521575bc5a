import type { IrFunction, IrInstruction, VirtualRegister } from '../../ir/ir.ts';
import { definitionOf } from '../../ir/operands.ts';

/**
 * The number of low bits that a result may have set; the others are zero.
 *
 * Only what the verifier sees as well is claimed: a mask that seems superfluous after `mod` or a byte swap may be there for the verifier,
 * which takes those results for unknown.
 */
export function widthOf(insn: IrInstruction, width: (register: VirtualRegister) => number): number {
  switch (insn.kind) {
    case 'const':
      return bitLength(BigInt.asUintN(64, insn.value));
    case 'copy':
      return width(insn.src);
    case 'load':
      return insn.size * 8;
    case 'extend':
      if (!insn.signed) return Math.min(insn.bits, width(insn.src));
      return width(insn.src) < insn.bits ? width(insn.src) : 64;
    case 'binary':
      return Math.min(insn.bits, widthOfBinary(insn, width));
    default:
      return 64;
  }
}

function widthOfBinary(insn: IrInstruction & { kind: 'binary' }, width: (register: VirtualRegister) => number): number {
  const left = width(insn.left);
  const right =
    insn.right.kind === 'register'
      ? width(insn.right.register)
      : bitLength(BigInt.asUintN(64, BigInt(insn.right.value)));
  const count = insn.right.kind === 'immediate' ? insn.right.value & (insn.bits - 1) : undefined;
  switch (insn.op) {
    case 'and':
      return Math.min(left, right);
    case 'or':
    case 'xor':
      return Math.max(left, right);
    case 'add':
      return Math.max(left, right) + 1;
    case 'mul':
      return left + right;
    case 'lsh':
      return count === undefined ? 64 : left + count;
    case 'rsh':
      return count === undefined ? left : Math.max(0, Math.min(left, insn.bits) - count);
    default:
      return 64;
  }
}

/** A bound for each register over all its definitions, wherever it is read. */
export function findWidths(fn: IrFunction): Uint8Array {
  let widths = new Uint8Array(fn.registerCount).fill(64);
  for (let round = 0; round < 2; round++) {
    const next = new Uint8Array(fn.registerCount);
    for (const parameter of fn.params) next[parameter] = 64;
    const width = (register: VirtualRegister) => widths[register]!;
    for (const block of fn.blocks) {
      for (const instruction of block.instructions) {
        const dst = definitionOf(instruction);
        if (dst !== undefined) next[dst] = Math.max(next[dst]!, Math.min(64, widthOf(instruction, width)));
      }
    }
    widths = next;
  }
  return widths;
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
