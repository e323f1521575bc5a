import type { Span } from '../../source/span.ts';
import type { Call, Expression, MapRef, TypeSyntax } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail } from './context.ts';

/** Tells where a call has too few or too many arguments. */
export function checkCount(ctx: TypingContext, call: Call, min: number, max: number): boolean {
  const count = call.args.length;
  if (count >= min && count <= max) return true;
  const wanted = min === max ? `${min}` : max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`;
  const plural = wanted === '1' || wanted === 'at least 1' ? '' : 's';
  fail(ctx, 'argument-count', call.span, `${call.name.text}() takes ${wanted} argument${plural}, not ${count}`);
  return false;
}

/** An argument that is a value. */
export function argument(ctx: TypingContext, call: Call, index: number): TypedExpression {
  const node = call.args[index];
  if (!node) return errorExpression(call.span);
  if (node.kind !== 'type') return ctx.check(node);
  return fail(ctx, 'type-mismatch', node.span, `${call.name.text}() takes a value here, not a type`);
}

/** An integer, or an error that has been told. */
export function integerArgument(ctx: TypingContext, call: Call, index: number): TypedExpression {
  const value = argument(ctx, call, index);
  const { kind } = value.type;
  if (kind === 'int' || kind === 'bool' || kind === 'error') return value;
  return fail(
    ctx,
    'type-mismatch',
    value.span,
    `${call.name.text}() needs an integer here, not ${printType(value.type)}`,
  );
}

/** A number that is known now. */
export function literalInt(ctx: TypingContext, call: Call, index: number): bigint | undefined {
  const value = integerArgument(ctx, call, index);
  if (value.type.kind === 'error') return undefined;
  if (value.kind === 'integer') return value.value;
  fail(ctx, 'not-constant', value.span, `${call.name.text}() needs a literal number here`);
  return undefined;
}

/** A text that is known now: a literal, or `str($1)`. */
export function literalString(ctx: TypingContext, call: Call, index: number): string | undefined {
  const value = argument(ctx, call, index);
  if (value.type.kind === 'error') return undefined;
  if (value.kind === 'string') return value.value;
  fail(
    ctx,
    'not-constant',
    value.span,
    `${call.name.text}() needs a literal string here, not ${printType(value.type)}`,
  );
  return undefined;
}

/** A bare word, such as a mode. */
export function word(call: Call, index: number): { readonly text: string; readonly span: Span } | undefined {
  const node = call.args[index];
  return node?.kind === 'identifier' ? { text: node.name, span: node.span } : undefined;
}

/** A map without a key. */
export function mapArgument(ctx: TypingContext, call: Call, index: number): MapRef | undefined {
  const node: Expression | TypeSyntax | undefined = call.args[index];
  if (node?.kind === 'map' && !node.key) return node;
  if (node && node.kind !== 'error') {
    const hint = node.kind === 'map' ? { hint: `name the whole map: ${node.name}` } : {};
    fail(ctx, 'type-mismatch', node.span, `${call.name.text}() needs a map here`, hint);
  }
  return undefined;
}
