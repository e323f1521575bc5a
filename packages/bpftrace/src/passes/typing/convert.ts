import type { TypedExpression } from '../../typed/tree.ts';
import type { IntType, Type } from '../../types/type.ts';
import { sameType } from './common-type.ts';

/**
 * The expression as a value of `type`, which must be its own type, one that it agrees on with others (`commonType`), or a
 * scalar where it is one. Constants take the type themselves; what a tuple or a record is made of is converted there.
 */
export function convert(expression: TypedExpression, type: Type): TypedExpression {
  const from = expression.type;
  if (from.kind === 'error' || type.kind === 'error' || sameType(from, type)) return expression;
  switch (expression.kind) {
    case 'integer': {
      const value = constantAs(expression.value, type);
      if (value !== undefined) return { ...expression, value, type };
      break;
    }
    case 'string':
      if (type.kind === 'string') return { ...expression, type };
      break;
    case 'tuple':
      if (type.kind === 'tuple') {
        const elements = expression.elements.map((element, i) => convert(element, type.elements[i] ?? element.type));
        return { ...expression, type, elements };
      }
      break;
    case 'record':
      if (type.kind === 'record') {
        const fields = expression.fields.map((field, i) => convert(field, type.fields[i]?.type ?? field.type));
        return { ...expression, type, fields };
      }
      break;
    case 'cast':
      // A pointer that was made of another one, or of a number, is that number.
      if (from.kind === 'pointer' && type.kind === 'int' && is64Bits(expression.operand.type)) {
        return convert(expression.operand, type);
      }
      break;
    default:
  }
  return { kind: 'cast', operand: expression, type, span: expression.span };
}

function constantAs(value: bigint, type: Type): bigint | undefined {
  switch (type.kind) {
    case 'int':
      return wrapInt(value, type);
    case 'bool':
      return value === 0n ? 0n : 1n;
    case 'pointer':
      return BigInt.asUintN(64, value);
    default:
      return undefined;
  }
}

function is64Bits(type: Type): boolean {
  return type.kind === 'pointer' || (type.kind === 'int' && type.sizeBytes === 8);
}

/** The value that remains in an integer of that type. */
export function wrapInt(value: bigint, type: IntType): bigint {
  return type.signed ? BigInt.asIntN(type.sizeBytes * 8, value) : BigInt.asUintN(type.sizeBytes * 8, value);
}
