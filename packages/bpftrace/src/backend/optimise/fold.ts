import type { JumpOp } from '@waggle/bpf/asm';
import type { BinaryOp } from '../../ir/function-builder.ts';

/** What the machine computes, as an unsigned 64-bit number. Shifts count modulo the width; division and modulo by zero give 0 and `left`. */
export function foldBinary(op: BinaryOp, bits: 32 | 64, left: bigint, right: bigint): bigint {
  const a = BigInt.asUintN(bits, left);
  const b = BigInt.asUintN(bits, right);
  return BigInt.asUintN(bits, compute(op, bits, a, b));
}

function compute(op: BinaryOp, bits: 32 | 64, a: bigint, b: bigint): bigint {
  const count = b & BigInt(bits - 1);
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return b === 0n ? 0n : a / b;
    case 'mod':
      return b === 0n ? a : a % b;
    case 'or':
      return a | b;
    case 'and':
      return a & b;
    case 'xor':
      return a ^ b;
    case 'lsh':
      return a << count;
    case 'rsh':
      return a >> count;
    case 'arsh':
      return BigInt.asIntN(bits, a) >> count;
    default:
      return op satisfies never;
  }
}

/** Whether `left op right` holds, of the low `bits` of both. */
export function foldComparison(op: JumpOp, bits: 32 | 64, left: bigint, right: bigint): boolean {
  const [a, b] = [BigInt.asUintN(bits, left), BigInt.asUintN(bits, right)];
  const [signedA, signedB] = [BigInt.asIntN(bits, left), BigInt.asIntN(bits, right)];
  switch (op) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'sgt':
      return signedA > signedB;
    case 'sge':
      return signedA >= signedB;
    case 'slt':
      return signedA < signedB;
    case 'sle':
      return signedA <= signedB;
    case 'set':
      return (a & b) !== 0n;
    default:
      return op satisfies never;
  }
}

/** `a op b` is `b swapped(op) a`. */
export const SWAPPED_COMPARISON = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
  sgt: 'slt',
  sge: 'sle',
  slt: 'sgt',
  sle: 'sge',
  set: 'set',
} as const satisfies Record<JumpOp, JumpOp>;

/** `a op b` is not `a inverted(op) b`; a bit test has no inverse. */
export const INVERTED_COMPARISON = {
  eq: 'ne',
  ne: 'eq',
  gt: 'le',
  ge: 'lt',
  lt: 'ge',
  le: 'gt',
  sgt: 'sle',
  sge: 'slt',
  slt: 'sge',
  sle: 'sgt',
} as const satisfies Record<Exclude<JumpOp, 'set'>, JumpOp>;

/** `a op b` is `b op a`. */
export function isCommutative(op: BinaryOp): boolean {
  return op === 'add' || op === 'mul' || op === 'or' || op === 'and' || op === 'xor';
}

/** The low `bits` of a value, zero- or sign-extended to 64 bits. */
export function foldExtend(value: bigint, bits: number, signed: boolean): bigint {
  return BigInt.asUintN(64, signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}

/** To big endian on a machine of that order, zero-extended. */
export function foldByteSwap(value: bigint, bits: 16 | 32 | 64, byteOrder: 'little' | 'big'): bigint {
  let rest = BigInt.asUintN(bits, value);
  if (byteOrder === 'big') return rest;
  let swapped = 0n;
  for (let done = 0; done < bits; done += 8) {
    swapped = (swapped << 8n) | (rest & 0xffn);
    rest >>= 8n;
  }
  return swapped;
}
