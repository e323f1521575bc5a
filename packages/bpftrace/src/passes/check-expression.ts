import type { Expression, Member, PositionalParam } from '../syntax/ast.ts';
import type { TypedExpression } from '../typed/tree.ts';
import type { RecordType, TupleType } from '../types/type.ts';
import { isAggregate } from '../types/type.ts';
import { checkCall } from './functions/check-call.ts';
import { parseNumber } from './probes/parse-number.ts';
import { checkBinary } from './typing/binary.ts';
import { checkIdentifier } from './typing/builtins.ts';
import { checkCast, checkOffsetOf, checkSizeOf } from './typing/casts.ts';
import { checkChoice } from './typing/choice.ts';
import { boolean, literal, string } from './typing/constants.ts';
import type { TypingContext } from './typing/context.ts';
import { errorExpression, fail, isError } from './typing/context.ts';
import { accessIndex } from './typing/index-access.ts';
import { readMap } from './typing/maps.ts';
import { accessElement, accessMember } from './typing/members.ts';
import { probeArgument } from './typing/probe-args.ts';
import { checkUnary } from './typing/unary.ts';
import { checkUpdate } from './typing/updates.ts';
import { readVariable } from './typing/variables.ts';
import { withMembers } from './typing/with-members.ts';

/** Types an expression, with all that is below it. */
export function checkExpression(ctx: TypingContext, node: Expression): TypedExpression {
  const { span } = node;
  switch (node.kind) {
    case 'integer':
      return literal(node.value, span);
    case 'string':
      return string(node.value, span);
    case 'boolean':
      return boolean(node.value, span);
    case 'identifier':
      return checkIdentifier(ctx, node.name, span);
    case 'positional':
      return positional(ctx, node);
    case 'positional-count':
      return literal(BigInt(ctx.options.positionalParams?.length ?? 0), span);
    case 'variable':
      return readVariable(ctx, node);
    case 'map':
      return readMap(ctx, node);
    case 'call':
      return checkCall(ctx, node);
    case 'unary':
      return checkUnary(ctx, node);
    case 'update':
      return checkUpdate(ctx, node);
    case 'binary':
      return checkBinary(ctx, node);
    case 'ternary':
      return checkChoice(ctx, node);
    case 'if-expression':
      return node.comptime ? notYet(ctx, node, 'comptime') : checkChoice(ctx, node);
    case 'cast':
      return checkCast(ctx, node);
    case 'member':
      return member(ctx, node);
    case 'tuple-member':
      return accessElement(ctx, ctx.check(node.object), node.index, span);
    case 'index':
      return accessIndex(ctx, ctx.check(node.object), ctx.check(node.index), span);
    case 'tuple':
      return tuple(ctx, node);
    case 'record':
      return record(ctx, node);
    case 'sizeof':
      return checkSizeOf(ctx, node);
    case 'offsetof':
      return checkOffsetOf(ctx, node);
    case 'typeof':
    case 'typeinfo':
    case 'comptime':
      return notYet(ctx, node, node.kind);
    case 'block-expression':
      return block(ctx, node);
    case 'error':
      return errorExpression(span);
  }
}

function notYet(ctx: TypingContext, node: Expression, what: string): TypedExpression {
  return fail(ctx, 'not-yet-supported', node.span, `${what} is not supported yet`);
}

/** `$1` is a number here; `str($1)` is its text. A missing one is 0. */
function positional(ctx: TypingContext, { index, span }: PositionalParam): TypedExpression {
  const text = ctx.options.positionalParams?.[index - 1];
  if (text === undefined || text === '') {
    ctx.diagnostics.warning('missing-parameter', span, `parameter $${index} is not given: it is 0`);
    return literal(0n, span);
  }
  const negative = text.startsWith('-');
  const value = parseNumber(negative ? text.slice(1) : text);
  if (value !== undefined && value < 1n << 64n && !(negative && value > 1n << 63n)) {
    return literal(negative ? -value : value, span);
  }
  return fail(ctx, 'not-a-number', span, `parameter $${index} is "${text}", which is no number`, {
    hint: `str($${index}) is its text`,
  });
}

/** `args.x` is an argument of the probe; all else is a field of a value. */
function member(ctx: TypingContext, node: Member): TypedExpression {
  const { object, name, span } = node;
  if (object.kind === 'identifier' && object.name === 'args') return probeArgument(ctx, name, span);
  return accessMember(ctx, ctx.check(object), name, span);
}

function tuple(ctx: TypingContext, node: Extract<Expression, { kind: 'tuple' }>): TypedExpression {
  const elements = node.elements.map((element) => withMembers(ctx, ctx.check(element)));
  if (!elements.every((element) => holdable(ctx, element))) return errorExpression(node.span);
  const type: TupleType = { kind: 'tuple', elements: elements.map((element) => element.type) };
  return { kind: 'tuple', type, elements, span: node.span };
}

function record(ctx: TypingContext, node: Extract<Expression, { kind: 'record' }>): TypedExpression {
  const fields = node.fields.map((field) => withMembers(ctx, ctx.check(field.value)));
  const seen = new Set<string>();
  for (const { name } of node.fields) {
    if (seen.has(name.text)) fail(ctx, 'duplicate-field', name.span, `the record has two fields ${name.text}`);
    seen.add(name.text);
  }
  if (!fields.every((field) => holdable(ctx, field))) return errorExpression(node.span);
  const type: RecordType = {
    kind: 'record',
    fields: fields.map((field, i) => ({ name: node.fields[i]!.name.text, type: field.type })),
  };
  return { kind: 'record', type, fields, span: node.span };
}

/** Whether a value can be a part of another one. */
function holdable(ctx: TypingContext, part: TypedExpression): boolean {
  if (isError(part)) return false;
  if (part.type.kind !== 'none' && !isAggregate(part.type)) return true;
  fail(ctx, 'no-value', part.span, 'this gives no value');
  return false;
}

/** `{ let $a = 1; $a + 1 }` in the place of a value. */
function block(ctx: TypingContext, node: Extract<Expression, { kind: 'block-expression' }>): TypedExpression {
  const { value: last } = node.block;
  if (!last)
    return fail(ctx, 'no-value', node.span, 'the block gives no value', { hint: 'leave out the last semicolon' });
  return ctx.scopes.within(() => {
    const statements = ctx.checkStatements(node.block);
    const value = ctx.check(last);
    if (isError(value) || statements.length === 0) return value;
    return { kind: 'block-value', statements, value, type: value.type, span: node.span };
  });
}
