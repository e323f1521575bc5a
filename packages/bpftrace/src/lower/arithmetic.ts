import type { BinaryOp, Value, VirtualRegister } from '../ir/index.ts';
import { fitsImmediate, imm, reg } from '../ir/index.ts';
import type { BinaryOperation, Cast, UnaryOperation, VariableUpdate } from '../typed/tree.ts';
import type { Type } from '../types/type.ts';
import { plainScalar } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';
import { runtimeError } from './runtime-error.ts';
import { isSigned, scalarSize } from './scalar-type.ts';
import { truthValue } from './truth-value.ts';

const OPERATIONS: Readonly<Record<string, BinaryOp>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '<<': 'lsh',
  '>>': 'rsh',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
};
const COMMUTATIVE = new Set(['+', '*', '&', '|', '^']);
/** What bpftrace says in this case. */
const DIVISION_BY_ZERO =
  'Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.';

/** Arithmetic of two scalars. Comparisons are conditions, and not meant here. */
export function lowerArithmetic(p: ProgramState, e: BinaryOperation): Value {
  const swap = e.left.kind === 'integer' && COMMUTATIVE.has(e.operator);
  const [first, second] = swap ? [e.right, e.left] : [e.left, e.right];
  const left = p.b.register(plainScalar(p, first));
  const right = plainScalar(p, second);
  switch (e.operator) {
    case '/':
    case '%':
      return reg(wrap(p, e.type, divide(p, e, left, right)));
    case '>>':
      return reg(wrap(p, e.type, p.b.binary('rsh', asUnsigned(p, e.left.type, left), right)));
    case '*':
      return reg(wrap(p, e.type, multiply(p, left, right)));
    default:
      return reg(wrap(p, e.type, p.b.binary(OPERATIONS[e.operator]!, left, right)));
  }
}

export function lowerUnary(p: ProgramState, e: UnaryOperation): Value {
  if (e.operator === '!') return truthValue(p, e);
  const operand = p.b.register(plainScalar(p, e.operand));
  return reg(wrap(p, e.type, e.operator === '-' ? p.b.neg(operand) : p.b.binary('xor', operand, imm(-1))));
}

/** A cast of one scalar type to another. */
export function lowerScalarCast(p: ProgramState, e: Cast): Value {
  if (e.type.kind === 'bool' && e.operand.type.kind !== 'bool') return truthValue(p, e);
  const value = plainScalar(p, e.operand);
  if (value.kind === 'immediate' || holdsAll(e.type, e.operand.type)) return value;
  return reg(wrap(p, e.type, value.register));
}

/** `$x += delta` as a value: the variable holds the sum. */
export function lowerVariableUpdate(
  p: ProgramState,
  e: VariableUpdate,
  read: () => VirtualRegister,
): { old: VirtualRegister; sum: VirtualRegister } {
  const delta = plainScalar(p, e.delta);
  const current = read();
  const old = e.gives === 'old' ? p.b.copy(current) : current;
  return { old, sum: wrap(p, e.variable.type, p.b.binary('add', current, delta)) };
}

/** Truncates to the size of the type, and extends again. */
export function wrap(p: ProgramState, type: Type, value: VirtualRegister): VirtualRegister {
  const size = scalarSize(type);
  if (size === 8) return value;
  return p.b.extend(value, (size * 8) as 8 | 16 | 32, isSigned(type));
}

/** Whether every value of `from` is in a register what it is as a value of `to`. */
function holdsAll(to: Type, from: Type): boolean {
  const [toSize, fromSize] = [scalarSize(to), scalarSize(from)];
  if (toSize === 8) return true;
  return isSigned(to) === isSigned(from) ? fromSize <= toSize : fromSize < toSize && isSigned(to);
}

/** Values shorter than 64 bits lose their sign bits before a shift to the right, which is always unsigned. */
function asUnsigned(p: ProgramState, type: Type, value: VirtualRegister): VirtualRegister {
  const size = scalarSize(type);
  return isSigned(type) && size < 8 ? p.b.extend(value, (size * 8) as 8 | 16 | 32, false) : value;
}

function multiply(p: ProgramState, left: VirtualRegister, right: Value): VirtualRegister {
  const shift = right.kind === 'immediate' ? exponentOf(right.value) : undefined;
  if (shift === 0) return left;
  return shift === undefined ? p.b.binary('mul', left, right) : p.b.binary('lsh', left, imm(shift));
}

/** `/` and `%`: unsigned, and 1 for a division by zero, which is reported. */
function divide(p: ProgramState, e: BinaryOperation, left: VirtualRegister, right: Value): VirtualRegister {
  const { b } = p;
  const op = OPERATIONS[e.operator]!;
  if (right.kind === 'immediate' && right.value > 0) return divideByConstant(p, op, left, right.value);
  if (right.kind === 'immediate' && right.value !== 0) return b.binary(op, left, right);
  const divisor = b.register(right);
  const result = b.newRegister();
  const [zero, proper, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('eq', divisor, imm(0), zero, proper, { likely: 'otherwise' });
  b.setBlock(proper);
  b.binary(op, left, reg(divisor), 64, result);
  p.cold(zero, () => {
    runtimeError(p, DIVISION_BY_ZERO, e.span, imm(0));
    b.const(1, result);
    b.goto(done);
  });
  b.setBlock(done);
  return result;
}

/** Shifts and masks for powers of two; for other divisors of values below 2^32, a multiplication by the inverse. */
function divideByConstant(p: ProgramState, op: BinaryOp, left: VirtualRegister, divisor: number): VirtualRegister {
  const { b } = p;
  const exponent = exponentOf(divisor);
  if (exponent !== undefined) {
    return op === 'div' ? b.binary('rsh', left, imm(exponent)) : b.binary('and', left, imm(divisor - 1));
  }
  const inverse = inverseOf(divisor);
  if (op === 'mod' || !inverse) return b.binary(op, left, imm(divisor));
  const result = b.newRegister();
  const [short, long, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('eq', b.binary('rsh', left, imm(32)), imm(0), short, long, { likely: 'then' });
  b.setBlock(short);
  b.binary('rsh', b.binary('mul', left, b.value(inverse.factor)), imm(inverse.shift), 64, result);
  p.cold(long, () => {
    b.binary('div', left, imm(divisor), 64, result);
    b.goto(done);
  });
  b.setBlock(done);
  return result;
}

/**
 * `factor` and `shift` with n / divisor = (n * factor) >> shift for all n < 2^32 (Granlund and Montgomery 1994); undefined where the
 * product could need more than 64 bits or the factor does not fit an immediate.
 */
function inverseOf(divisor: number): { factor: bigint; shift: number } | undefined {
  const d = BigInt(divisor);
  for (let shift = 32; shift < 63; shift++) {
    const factor = ((1n << BigInt(shift)) + d - 1n) / d;
    if (!fitsImmediate(factor)) return undefined;
    const error = factor * d - (1n << BigInt(shift));
    if (error << 32n <= 1n << BigInt(shift)) return { factor, shift };
  }
  return undefined;
}

function exponentOf(value: number): number | undefined {
  return value > 0 && Number.isInteger(Math.log2(value)) ? Math.log2(value) : undefined;
}
