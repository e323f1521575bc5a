import type { BinaryOperation, TypedExpression } from '../typed/tree.ts';
import { isSigned, wrapTo } from './scalar-type.ts';

type ArithmeticOperator = Exclude<BinaryOperation['operator'], '==' | '!=' | '<' | '<=' | '>' | '>='>;

/**
 * The value of an expression of constants (as `unroll` leaves them), wrapped to its type; undefined where it is not known, and for a
 * division by zero, which is reported when it happens.
 */
export function constantOf(e: TypedExpression): bigint | undefined {
  switch (e.kind) {
    case 'integer':
      return wrapTo(e.type, e.value);
    case 'cast': {
      const operand = isFoldable(e) ? constantOf(e.operand) : undefined;
      if (operand === undefined) return undefined;
      return e.type.kind === 'bool' ? BigInt(operand !== 0n) : wrapTo(e.type, operand);
    }
    case 'unary': {
      const operand = constantOf(e.operand);
      if (operand === undefined) return undefined;
      if (e.operator === '!') return BigInt(operand === 0n);
      return wrapTo(e.type, e.operator === '-' ? -operand : ~operand);
    }
    case 'binary': {
      const left = constantOf(e.left);
      const right = left === undefined ? undefined : constantOf(e.right);
      if (left === undefined || right === undefined) return undefined;
      return foldBinary(e, left, right);
    }
    default:
      return undefined;
  }
}

function isFoldable(e: TypedExpression): boolean {
  return e.type.kind === 'int' || e.type.kind === 'bool' || e.type.kind === 'pointer';
}

function foldBinary(e: BinaryOperation, left: bigint, right: bigint): bigint | undefined {
  switch (e.operator) {
    case '==':
      return BigInt(left === right);
    case '!=':
      return BigInt(left !== right);
    case '<':
      return BigInt(left < right);
    case '<=':
      return BigInt(left <= right);
    case '>':
      return BigInt(left > right);
    case '>=':
      return BigInt(left >= right);
    default: {
      const result = foldArithmetic(e.operator, left, right, e.left);
      return result === undefined ? undefined : wrapTo(e.type, result);
    }
  }
}

function foldArithmetic(
  operator: ArithmeticOperator,
  left: bigint,
  right: bigint,
  of: TypedExpression,
): bigint | undefined {
  const unsigned = (value: bigint) => BigInt.asUintN(64, value);
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? undefined : unsigned(left) / unsigned(right);
    case '%':
      return right === 0n ? undefined : unsigned(left) % unsigned(right);
    case '<<':
      return left << (right & 63n);
    case '>>':
      return (
        (isSigned(of.type) ? wrapTo({ ...of.type, signed: false } as typeof of.type, left) : left) >> (right & 63n)
      );
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
  }
}
