import {
  type ArithmeticOperator,
  type Expression,
  INT64,
  type IntType,
  UINT64,
  type ValueType,
} from './computation.ts';

/** What of a number is left in an integer of that type. */
export function wrap(value: bigint, { bits, signed }: IntType): bigint {
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** Arithmetic is done in 64 bits; a difference is signed, and so is what has a signed operand. */
export function arithmeticType(operator: ArithmeticOperator, left: Expression, right: Expression): IntType {
  return operator === '-' || signOf(left, right) ? INT64 : UINT64;
}

/** The type in which two integers are compared: one that holds both, where there is one. */
export function comparedType(left: Expression, right: Expression): IntType {
  const [l, r] = [left.type, right.type] as [IntType, IntType];
  const bits = Math.max(l.bits, r.bits) as IntType['bits'];
  if (l.signed === r.signed) return { kind: 'int', bits, signed: l.signed };
  if (!signOf(left, right)) return { kind: 'int', bits, signed: false };
  const unsigned = l.signed ? r : l;
  return { kind: 'int', bits: Math.max(bits, Math.min(64, 2 * unsigned.bits)) as IntType['bits'], signed: true };
}

/** A literal that is not negative takes the other's sign. */
function signOf(left: Expression, right: Expression): boolean {
  const [l, r] = [left.type, right.type] as [IntType, IntType];
  if (l.signed === r.signed) return l.signed;
  return !isPlainNumber(l.signed ? left : right);
}

function isPlainNumber(e: Expression): boolean {
  return e.kind === 'constant' && (e.value as bigint) >= 0n;
}

/** The smallest signed type, as literals have it. */
export function literalType(value: bigint): IntType {
  const bits = ([8, 16, 32, 64] as const).find((one) => BigInt.asIntN(one, value) === value);
  return bits === undefined ? UINT64 : { kind: 'int', bits, signed: true };
}

/** In 64 bits. Division is unsigned whatever the type says, and gives 1 for a divisor of zero; shifts to the right bring in zeros. */
export function calculate(operator: ArithmeticOperator, left: bigint, right: bigint, type: IntType): bigint {
  const [l, r] = [wrap(left, type), wrap(right, type)];
  const [unsignedLeft, unsignedRight] = [BigInt.asUintN(64, l), BigInt.asUintN(64, r)];
  switch (operator) {
    case '+':
      return wrap(l + r, type);
    case '-':
      return wrap(l - r, type);
    case '*':
      return wrap(l * r, type);
    case '/':
      return wrap(r === 0n ? 1n : unsignedLeft / unsignedRight, type);
    case '%':
      return wrap(r === 0n ? 1n : unsignedLeft % unsignedRight, type);
    case '&':
      return wrap(l & r, type);
    case '|':
      return wrap(l | r, type);
    case '^':
      return wrap(l ^ r, type);
    case '<<':
      return wrap(l << r, type);
    case '>>':
      return wrap(unsignedLeft >> r, type);
  }
}

export function isInt(type: ValueType): type is IntType {
  return type.kind === 'int';
}
