import type { Span } from '../../source/span.ts';
import { stringBytes } from '../../syntax/string-bytes.ts';
import type { IntegerConstant, StringConstant, TypedExpression } from '../../typed/tree.ts';
import type { IntType, Type } from '../../types/type.ts';
import { BOOL, UINT64 } from '../../types/type.ts';
import { smallestIntType } from './literal-types.ts';

/** An integer as a literal has it: of the smallest type that holds it. */
export function literal(value: bigint, span: Span): IntegerConstant {
  return { kind: 'integer', value, type: smallestIntType(value) ?? UINT64, span };
}

export function integer(value: bigint, type: IntType, span: Span): IntegerConstant {
  return { kind: 'integer', value, type, span };
}

export function boolean(value: boolean, span: Span): IntegerConstant {
  return { kind: 'integer', value: value ? 1n : 0n, type: BOOL, span };
}

/** A string of just the size that it needs. */
export function string(value: string, span: Span): StringConstant {
  const type: Type = { kind: 'string', sizeBytes: stringBytes(value).length + 1 };
  return { kind: 'string', value, type, span };
}

/** The value of a constant of integer type. */
export function constantInt(expression: TypedExpression): bigint | undefined {
  return expression.kind === 'integer' && expression.type.kind === 'int' ? expression.value : undefined;
}
