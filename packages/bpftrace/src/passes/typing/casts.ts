import type { Span } from '../../source/span.ts';
import type { Cast, OffsetOf, SizeOf } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { layoutOf } from '../../types/layout.ts';
import type { AddressSpace, IntType, Type } from '../../types/type.ts';
import { addressOfLoad, defaultSpace } from './address.ts';
import { sameType } from './common-type.ts';
import { literal } from './constants.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail, isError } from './context.ts';
import { convert } from './convert.ts';
import { isUntyped } from './literal-types.ts';
import { loadAt } from './load-at.ts';
import { extract, memberNamed } from './members.ts';
import { typeOfSyntax } from './type-of-syntax.ts';

/** Types that are 64-bit numbers with a way of being shown. */
const NUMERIC: ReadonlySet<string> = new Set(['int', 'bool', 'pointer', 'ksym', 'username', 'timestamp']);

/** `(type)x` */
export function checkCast(ctx: TypingContext, node: Cast): TypedExpression {
  const operand = ctx.check(node.operand);
  const space: AddressSpace = operand.type.kind === 'pointer' ? operand.type.space : defaultSpace(ctx);
  const type = typeOfSyntax(ctx, node.type, space);
  if (type.kind === 'error') return errorExpression(node.span);
  if (isError(operand)) return ctx.final || type.kind !== 'int' ? operand : someInt(type, node.span);
  const from = operand.type;
  if (sameType(from, type) && !isUntyped(from)) return operand;
  const scalar = type.kind === 'int' || type.kind === 'bool' || type.kind === 'pointer';
  const fits =
    (scalar && NUMERIC.has(from.kind)) ||
    (type.kind === 'string' && from.kind === 'string' && from.sizeBytes <= type.sizeBytes);
  const inMemory = fits ? undefined : castInMemory(operand, type, node.span);
  if (inMemory) return inMemory;
  if (!fits) {
    const hint = from.kind === 'struct' ? { hint: 'cast a pointer to it instead' } : {};
    return fail(ctx, 'invalid-cast', node.span, `cannot cast ${printType(from)} to ${printType(type)}`, hint);
  }
  if (!sameType(from, type)) return convert(operand, type);
  return operand.kind === 'integer' ? { ...operand, type } : { kind: 'cast', operand, type, span: node.span };
}

/** While types are being found, a cast of what is not known yet is of its type already. */
function someInt(type: IntType, span: Span): TypedExpression {
  return { kind: 'builtin', name: 'rand', type, span };
}

/** Casts that look at the same bytes in another way; undefined where this is none. */
function castInMemory(operand: TypedExpression, type: Type, span: Span): TypedExpression | undefined {
  const from = operand.type;
  if (type.kind === 'array' && from.kind === 'int') return integerAsArray(operand, from, type, span);
  if (type.kind === 'int' && from.kind === 'array') return arrayAsInteger(operand, from, type, span);
  const place = operand.kind === 'load' && (from.kind === 'array' || from.kind === 'string');
  return place && type.kind === 'pointer' ? { ...addressOfLoad(operand, type.to), span } : undefined;
}

/** `(uint8[4])x`: the integer's bytes as they are in memory, and zeros behind them; `(uint8[])x` has just those. */
function integerAsArray(
  operand: TypedExpression,
  from: IntType,
  to: ArrayType,
  span: Span,
): TypedExpression | undefined {
  if (to.element.kind !== 'int') return undefined;
  const length = to.length > 0 ? to.length : from.sizeBytes / to.element.sizeBytes;
  const fits = Number.isInteger(length) && from.sizeBytes <= length * to.element.sizeBytes;
  return fits ? { kind: 'cast', operand, type: { ...to, length }, span } : undefined;
}

/** `(uint32)array`: an array of 1, 2, 4 or 8 bytes as the unsigned integer that these are. */
function arrayAsInteger(
  operand: TypedExpression,
  from: ArrayType,
  to: IntType,
  span: Span,
): TypedExpression | undefined {
  const { sizeBytes } = layoutOf(from);
  if (sizeBytes !== 1 && sizeBytes !== 2 && sizeBytes !== 4 && sizeBytes !== 8) return undefined;
  const whole: IntType = { kind: 'int', sizeBytes, signed: false };
  const btf = operand.kind === 'load' && operand.btf === true;
  const read = operand.kind === 'load' ? loadAt({ ...operand, btf }, whole, span) : extract(operand, 0, whole, span);
  return convert(read, to);
}

type ArrayType = Extract<Type, { kind: 'array' }>;

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
