import type { Span } from '../../source/span.ts';
import type { Binary, BinaryOperator } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { BinaryOperation, TypedExpression } from '../../typed/tree.ts';
import { layoutOf } from '../../types/layout.ts';
import type { IntType, PointerType, Type } from '../../types/type.ts';
import { BOOL, INT64, UINT8, UINT64 } from '../../types/type.ts';
import { addOffset, scaled } from './address.ts';
import { arithmeticInt, commonInt, commonType } from './common-type.ts';
import { condition } from './condition.ts';
import { boolean, constantInt, literal } from './constants.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail, isError } from './context.ts';
import { convert, wrapInt } from './convert.ts';
import { foldLiterals } from './fold.ts';
import { INTERNED_HINT, internLiterals } from './interned.ts';
import { isLiteralType, isUntyped } from './literal-types.ts';

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
type Arithmetic = Exclude<BinaryOperation['operator'], Comparison>;

/** `left operator right`; conversions become visible, literals are folded. */
export function checkBinary(ctx: TypingContext, node: Binary): TypedExpression {
  return binary(ctx, node.operator, ctx.check(node.left), ctx.check(node.right), node.span);
}

/** The same for operands that have been checked: also what `@x += y` and `$x *= y` mean. */
export function binary(
  ctx: TypingContext,
  operator: BinaryOperator,
  left: TypedExpression,
  right: TypedExpression,
  span: Span,
): TypedExpression {
  if (isError(left) || isError(right)) return halfKnown(ctx, operator, isError(left) ? right : left, span);
  if (operator === '&&' || operator === '||') return logical(ctx, operator, left, right, span);
  if (isFoldable(left) && isFoldable(right)) return fold(ctx, operator, left, right, span);
  switch (operator) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(ctx, operator, left, right, span);
    default:
      return arithmetic(ctx, operator, left, right, span);
  }
}

/** While types are being found, `@x + 1` is an integer already, whatever `@x` will be: some value of that type. */
function halfKnown(ctx: TypingContext, operator: BinaryOperator, known: TypedExpression, span: Span): TypedExpression {
  const boolean = /^(?:[=!<>]=|[<>]|&&|\|\|)$/.test(operator);
  if (ctx.final || isError(known)) return errorExpression(span);
  if (!boolean && known.type.kind !== 'int') return errorExpression(span);
  const type =
    boolean || known.type.kind !== 'int' ? BOOL : operator === '-' ? INT64 : arithmeticInt(known.type, known.type);
  return { kind: 'builtin', name: 'rand', type, span };
}

/** A negative number that was cast is no longer exact: it becomes what it is at run time, an unsigned one perhaps. */
function isFoldable(operand: TypedExpression): boolean {
  const value = constantInt(operand);
  return value !== undefined && (value >= 0n || isUntyped(operand.type));
}

function fold(
  ctx: TypingContext,
  operator: BinaryOperator,
  left: TypedExpression,
  right: TypedExpression,
  span: Span,
): TypedExpression {
  const l = constantInt(left)!;
  const r = constantInt(right)!;
  const value = foldLiterals(operator, l, r);
  if (value === undefined) {
    const byZero = r === 0n && (operator === '/' || operator === '%');
    return fail(
      ctx,
      'invalid-constant',
      span,
      byZero ? 'division by zero' : `${l} ${operator} ${r} is no 64-bit number`,
    );
  }
  if (typeof value === 'boolean') return boolean(value, span);
  if (isUntyped(left.type) && isUntyped(right.type)) return literal(value, span);
  const type = operator === '-' ? INT64 : arithmeticInt(left.type as IntType, right.type as IntType);
  return { kind: 'integer', value: wrapInt(value, type), type, span };
}

function logical(
  ctx: TypingContext,
  operator: '&&' | '||',
  left: TypedExpression,
  right: TypedExpression,
  span: Span,
): TypedExpression {
  const where = `an operand of ${operator}`;
  const [l, r] = [condition(ctx, left, where), condition(ctx, right, where)];
  if (isError(l) || isError(r)) return errorExpression(span);
  if (l.kind === 'integer' && r.kind === 'integer') {
    return boolean(foldLiterals(operator, l.value, r.value) as boolean, span);
  }
  return { kind: 'logical', operator, left: l, right: r, type: BOOL, span };
}

function arithmetic(
  ctx: TypingContext,
  operator: Arithmetic,
  left: TypedExpression,
  right: TypedExpression,
  span: Span,
): TypedExpression {
  if (operator === '+' && right.type.kind === 'pointer' && isNumber(left))
    return addToPointer(right, right.type, left, span);
  if ((operator === '+' || operator === '-') && left.type.kind === 'pointer' && isNumber(right)) {
    return addToPointer(left, left.type, operator === '+' ? right : negated(right), span);
  }
  const [l, r] = [asInt(left.type), asInt(right.type)];
  if (!l || !r) {
    const types = `${printType(left.type)} and ${printType(right.type)}`;
    return fail(ctx, 'type-mismatch', span, `operator ${operator} does not work on ${types}`);
  }
  const type = operator === '-' ? INT64 : arithmeticInt(l, r);
  if (operator === '/' || operator === '%') {
    if (constantInt(right) === 0n) return fail(ctx, 'invalid-constant', right.span, 'division by zero');
    warnSigned(ctx, operator, left, right);
  }
  return { kind: 'binary', operator, left: convert(left, type), right: convert(right, type), type, span };
}

/** Division is unsigned at run time, whatever the types say. A difference of unsigned values is taken to be positive. */
function warnSigned(ctx: TypingContext, operator: string, ...operands: TypedExpression[]): void {
  for (const operand of operands) {
    const { type } = operand;
    if (type.kind !== 'int' || !type.signed || isLiteralType(type)) continue;
    if (operand.kind === 'binary' && operand.operator === '-' && ![operand.left, operand.right].some(cameSigned))
      continue;
    if (operand.kind === 'integer' && operand.value >= 0n) continue;
    const hint = { hint: 'cast it to uint64 where it cannot be negative' };
    ctx.diagnostics.warning(
      'signed-division',
      operand.span,
      `operator ${operator} treats this ${printType(type)} as unsigned`,
      hint,
    );
  }
}

/** Whether an operand of a difference was signed before it was converted. */
function cameSigned(operand: TypedExpression): boolean {
  const from = operand.kind === 'cast' ? operand.operand.type : operand.type;
  return from.kind === 'int' && from.signed && operand.kind !== 'integer';
}

function addToPointer(
  pointer: TypedExpression,
  type: PointerType,
  count: TypedExpression,
  span: Span,
): TypedExpression {
  const sizeBytes = type.to.kind === 'none' ? 1 : layoutOf(type.to).sizeBytes;
  return addOffset(pointer, scaled(count, sizeBytes), type, span);
}

function negated(operand: TypedExpression): TypedExpression {
  const wide = convert(operand, INT64);
  if (wide.kind === 'integer') return { ...wide, value: BigInt.asIntN(64, -wide.value) };
  return { kind: 'unary', operator: '-', operand: wide, type: INT64, span: operand.span };
}

function compare(
  ctx: TypingContext,
  operator: Comparison,
  left: TypedExpression,
  right: TypedExpression,
  span: Span,
): TypedExpression {
  const [l, r] = [asInt(left.type), asInt(right.type)];
  if (left.type.kind === 'bool' && right.type.kind === 'bool') {
    return { kind: 'binary', operator, left, right, type: BOOL, span };
  }
  if (l && r) {
    warnMixed(ctx, left, right, span);
    const type = comparisonType(left, l, right, r);
    return { kind: 'binary', operator, left: convert(left, type), right: convert(right, type), type: BOOL, span };
  }
  const address = (type: Type) => type.kind === 'pointer' || type.kind === 'int' || type.kind === 'ksym';
  if (address(left.type) && address(right.type)) {
    return { kind: 'binary', operator, left: convert(left, UINT64), right: convert(right, UINT64), type: BOOL, span };
  }
  return compareWhole(ctx, operator, internLiterals(left, right.type), internLiterals(right, left.type), span);
}

/** Values that are no numbers: only whether they are equal can be asked. */
function compareWhole(
  ctx: TypingContext,
  operator: Comparison,
  left: TypedExpression,
  right: TypedExpression,
  span: Span,
): TypedExpression {
  const common = commonType(left.type, right.type);
  if (!common || common.kind === 'struct') return incomparable(ctx, left, right, span);
  if (operator !== '==' && operator !== '!=') {
    return fail(ctx, 'type-mismatch', span, `operator ${operator} does not work on ${printType(common)}`, {
      hint: 'use == or !=',
    });
  }
  const equal = operator === '==';
  if (common.kind === 'interned') return { kind: 'binary', operator, left, right, type: BOOL, span };
  if (common.kind === 'string') return { kind: 'string-compare', equal, left, right, bytes: false, type: BOOL, span };
  return {
    kind: 'string-compare',
    equal,
    left: convert(left, common),
    right: convert(right, common),
    bytes: true,
    type: BOOL,
    span,
  };
}

/** A constant that fits the type of the other side takes that. */
function comparisonType(left: TypedExpression, l: IntType, right: TypedExpression, r: IntType): IntType {
  const fits = (constant: TypedExpression, type: IntType) =>
    constant.kind === 'integer' && wrapInt(constant.value, type) === constant.value;
  if (fits(right, l)) return { ...INT64, sizeBytes: l.sizeBytes, signed: l.signed };
  if (fits(left, r)) return { ...INT64, sizeBytes: r.sizeBytes, signed: r.signed };
  return commonInt(l, r);
}

function incomparable(ctx: TypingContext, left: TypedExpression, right: TypedExpression, span: Span): TypedExpression {
  const kinds = [left.type.kind, right.type.kind];
  const aString = kinds.includes('string') && (kinds.includes('pointer') || kinds.includes('int'));
  const hint =
    aString && ![left, right].some((side) => side.kind === 'integer') ? { hint: 'str() reads a string' } : {};
  const message = `cannot compare ${printType(left.type)} with ${printType(right.type)}`;
  return fail(ctx, 'type-mismatch', span, message, kinds.includes('interned') ? INTERNED_HINT : hint);
}

function warnMixed(ctx: TypingContext, left: TypedExpression, right: TypedExpression, span: Span): void {
  const [l, r] = [left.type, right.type];
  if (l.kind !== 'int' || r.kind !== 'int' || l.signed === r.signed) return;
  const [signed, unsigned] = l.signed ? [left, r] : [right, l];
  if (unsigned.sizeBytes < 8 || signed.kind === 'integer' || isLiteralType(signed.type)) return;
  const hint = { hint: 'cast one side to the type of the other' };
  ctx.diagnostics.warning('mixed-signedness', span, `compares ${printType(l)} with ${printType(r)}, as int64`, hint);
}

function asInt(type: Type): IntType | undefined {
  if (type.kind === 'bool') return UINT8;
  return type.kind === 'int' ? type : undefined;
}

function isNumber(expression: TypedExpression): boolean {
  return expression.type.kind === 'int';
}
