import type { BinaryOp } from '../../ir/function-builder.ts';
import type { IrInstruction, Value, VirtualRegister } from '../../ir/ir.ts';
import { fitsImmediate, imm, reg } from '../../ir/values.ts';
import { sourced } from './copy-of.ts';
import { foldBinary, isCommutative } from './fold.ts';
import type { Knowledge } from './knowledge.ts';

export type Binary = IrInstruction & { readonly kind: 'binary' };

/** The cheapest instruction that computes the same; the operands are origins already. */
export function simplifyBinary(insn: Binary, known: Knowledge): IrInstruction {
  const { op, bits, dst } = insn;
  const left = known.constant(insn.left);
  const right = constantOf(insn.right, known);
  if (left !== undefined && right !== undefined) return constant(insn, foldBinary(op, bits, left, right));
  if (left !== undefined && insn.right.kind === 'register' && isCommutative(op)) {
    return simplifyBinary({ ...insn, left: insn.right.register, right: reg(insn.left) }, known);
  }
  if (right === undefined) return simplifyRegisters(insn, known);
  return withConstant({ op, bits, dst, insn, known }, BigInt.asUintN(bits, right));
}

interface Operation {
  readonly op: BinaryOp;
  readonly bits: 32 | 64;
  readonly dst: VirtualRegister;
  readonly insn: Binary;
  readonly known: Knowledge;
}

/** `right` is the constant operand, unsigned, of the operation's width. */
function withConstant(operation: Operation, right: bigint): IrInstruction {
  const { op, bits, insn, known } = operation;
  switch (op) {
    case 'add':
      return right === 0n ? left(operation) : combineSums(insn, signed(right, bits), known);
    case 'sub':
      if (right === 0n) return left(operation);
      if (fitsImmediate(-signed(right, bits))) {
        const add: Binary = { ...insn, op: 'add', right: imm(-signed(right, bits)) };
        return combineSums(add, -signed(right, bits), known);
      }
      return immediate(operation, right);
    case 'or':
    case 'xor':
      return right === 0n ? left(operation) : immediate(operation, right);
    case 'and':
      return mask(operation, right);
    case 'lsh':
    case 'rsh':
    case 'arsh': {
      const count = right & BigInt(bits - 1);
      return count === 0n ? left(operation) : { ...insn, right: imm(count) };
    }
    case 'mul': {
      if (right === 0n) return constant(insn, 0n);
      const shift = powerOfTwo(right);
      if (shift === 0) return left(operation);
      return shift === undefined ? immediate(operation, right) : { ...insn, op: 'lsh', right: imm(shift) };
    }
    case 'div': {
      if (right === 0n) return constant(insn, 0n);
      const shift = powerOfTwo(right);
      if (shift === 0) return left(operation);
      return shift === undefined ? immediate(operation, right) : { ...insn, op: 'rsh', right: imm(shift) };
    }
    case 'mod': {
      if (right === 0n) return left(operation);
      // A wider mask than an immediate holds would need a register of its own.
      if (powerOfTwo(right) === undefined || !fitsImmediate(signed(right - 1n, bits)))
        return immediate(operation, right);
      return withConstant({ ...operation, op: 'and', insn: { ...insn, op: 'and' } }, right - 1n);
    }
    default:
      return op satisfies never;
  }
}

function mask(operation: Operation, right: bigint): IrInstruction {
  const { bits, dst, insn, known } = operation;
  if (right === 0n) return constant(insn, 0n);
  const ones = powerOfTwo(right + 1n);
  if (ones !== undefined && ones >= Math.min(bits, known.width(insn.left))) return left(operation);
  if (right === 0xffff_ffffn) return sourced(insn, { kind: 'extend', dst, src: insn.left, bits: 32, signed: false });
  return immediate(operation, right);
}

/** The left operand itself, its upper half cleared by a 32-bit operation. */
function left({ bits, dst, insn, known }: Operation): IrInstruction {
  if (bits === 64 || known.width(insn.left) <= 32) return sourced(insn, { kind: 'copy', dst, src: insn.left });
  return sourced(insn, { kind: 'extend', dst, src: insn.left, bits: 32, signed: false });
}

/** With an immediate where it fits; otherwise the register that already holds the constant stays. */
function immediate({ op, bits, insn }: Operation, right: bigint): IrInstruction {
  const value = signed(right, bits);
  return fitsImmediate(value) ? { ...insn, op, right: imm(value) } : insn;
}

/** `(base + a) + b` becomes `base + (a + b)`. */
function combineSums(insn: Binary, addend: bigint, known: Knowledge): IrInstruction {
  if (!fitsImmediate(addend)) return insn;
  const sum = insn.bits === 64 ? known.fact(insn.left) : undefined;
  if (sum?.kind === 'sum' && fitsImmediate(BigInt(sum.addend) + addend)) {
    const total = sum.addend + Number(addend);
    if (total === 0) return sourced(insn, { kind: 'copy', dst: insn.dst, src: sum.base });
    return { ...insn, op: 'add', left: sum.base, right: imm(total) };
  }
  return { ...insn, op: 'add', right: imm(addend) };
}

function simplifyRegisters(insn: Binary, known: Knowledge): IrInstruction {
  const { op, bits, dst } = insn;
  if (insn.right.kind !== 'register' || insn.right.register !== insn.left) return insn;
  if (op === 'sub' || op === 'xor') return constant(insn, 0n);
  if (op === 'and' || op === 'or') return left({ op, bits, dst, insn, known });
  return insn;
}

function constantOf(value: Value, known: Knowledge): bigint | undefined {
  return value.kind === 'immediate' ? BigInt.asUintN(64, BigInt(value.value)) : known.constant(value.register);
}

function constant(insn: Binary, value: bigint): IrInstruction {
  return sourced(insn, { kind: 'const', dst: insn.dst, value: BigInt.asIntN(64, value) });
}

function signed(value: bigint, bits: 32 | 64): bigint {
  return BigInt.asIntN(bits, value);
}

function powerOfTwo(value: bigint): number | undefined {
  return value > 0n && (value & (value - 1n)) === 0n ? value.toString(2).length - 1 : undefined;
}
