import type { Cast, OffsetOf, SizeOf } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { layoutOf } from '../../types/layout.ts';
import type { AddressSpace, Type } from '../../types/type.ts';
import { defaultSpace } from './address.ts';
import { sameType } from './common-type.ts';
import { literal } from './constants.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail, isError } from './context.ts';
import { convert } from './convert.ts';
import { isLiteralType } from './literal-types.ts';
import { memberNamed } from './members.ts';
import { typeOfSyntax } from './type-of-syntax.ts';

/** Types that are 64-bit numbers with a way of being shown. */
const NUMERIC: ReadonlySet<string> = new Set(['int', 'bool', 'pointer', 'ksym', 'username', 'timestamp']);

/** `(type)x` */
export function checkCast(ctx: TypingContext, node: Cast): TypedExpression {
  const operand = ctx.check(node.operand);
  const space: AddressSpace = operand.type.kind === 'pointer' ? operand.type.space : defaultSpace(ctx);
  const type = typeOfSyntax(ctx, node.type, space);
  if (isError(operand) || type.kind === 'error') return errorExpression(node.span);
  const from = operand.type;
  if (sameType(from, type) && !isLiteralType(from)) return operand;
  const scalar = type.kind === 'int' || type.kind === 'bool' || type.kind === 'pointer';
  const fits =
    (scalar && NUMERIC.has(from.kind)) ||
    (type.kind === 'string' && from.kind === 'string' && from.sizeBytes <= type.sizeBytes) ||
    (type.kind === 'array' && from.kind === 'int') ||
    (type.kind === 'int' && from.kind === 'array' && layoutOf(from).sizeBytes <= 8);
  if (!fits) {
    const hint = from.kind === 'struct' ? { hint: 'cast a pointer to it instead' } : {};
    return fail(ctx, 'invalid-cast', node.span, `cannot cast ${printType(from)} to ${printType(type)}`, hint);
  }
  if (type.kind === 'array' || from.kind === 'array') {
    return fail(ctx, 'not-yet-supported', node.span, 'casts between integers and arrays are not supported yet');
  }
  if (!sameType(from, type)) return convert(operand, type);
  return operand.kind === 'integer' ? { ...operand, type } : { kind: 'cast', operand, type, span: node.span };
}

/** `sizeof(type)`, `sizeof(x)`: x is looked at, and not done. */
export function checkSizeOf(ctx: TypingContext, node: SizeOf): TypedExpression {
  const type = typeOfOperand(ctx, node.operand);
  if (type.kind === 'error') return errorExpression(node.span);
  const size = sizeOf(type);
  if (size === undefined) return fail(ctx, 'no-size', node.span, `${printType(type)} has no size`);
  return literal(BigInt(size), node.span);
}

/** `offsetof(struct foo, a.b)` */
export function checkOffsetOf(ctx: TypingContext, node: OffsetOf): TypedExpression {
  let type = typeOfOperand(ctx, node.operand);
  let offsetBits = 0;
  for (const name of node.path) {
    if (type.kind === 'error') return errorExpression(node.span);
    if (type.kind !== 'struct')
      return fail(ctx, 'not-a-struct', name.span, `${printType(type)} has no field ${name.text}`);
    const member = memberNamed(ctx, type, name, 'kernel');
    if (!member) return fail(ctx, 'unknown-field', name.span, `${printType(type)} has no field ${name.text}`);
    if (member.bitfieldSizeBits > 0)
      return fail(ctx, 'no-size', name.span, `${name.text} is a bit-field: it has no offset in bytes`);
    offsetBits += member.offsetBits;
    type = member.type;
  }
  return literal(BigInt(offsetBits / 8), node.span);
}

function typeOfOperand(ctx: TypingContext, operand: SizeOf['operand']): Type {
  if (operand.kind === 'type') return typeOfSyntax(ctx, operand, 'kernel');
  return ctx.check(operand).type;
}

function sizeOf(type: Type): number | undefined {
  if (type.kind === 'struct') return type.sizeBytes > 0 ? type.sizeBytes : undefined;
  if (type.kind === 'none') return undefined;
  try {
    return layoutOf(type).sizeBytes;
  } catch {
    return undefined;
  }
}
