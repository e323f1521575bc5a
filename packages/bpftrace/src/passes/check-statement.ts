import type { Assignment, Block, Expression, For, If, Statement, Unroll, While } from '../syntax/ast.ts';
import { printType } from '../typed/print-type.ts';
import type { TypedExpression, TypedStatement } from '../typed/tree.ts';
import { isAggregate } from '../types/type.ts';
import { checkCallStatement } from './functions/check-call.ts';
import { defaultSpace } from './typing/address.ts';
import { checkAggregate, isAggregateCall } from './typing/aggregates.ts';
import { binary } from './typing/binary.ts';
import { commonInt } from './typing/common-type.ts';
import { condition } from './typing/condition.ts';
import { constantInt } from './typing/constants.ts';
import type { TypingContext } from './typing/context.ts';
import { fail, isError } from './typing/context.ts';
import { convert } from './typing/convert.ts';
import { mapPlace, markFailed, readMap, valueForMap } from './typing/maps.ts';
import { typeOfSyntax } from './typing/type-of-syntax.ts';
import { updateMap } from './typing/updates.ts';
import { assignVariable, declareVariable, readVariable } from './typing/variables.ts';

/** Copies of an unrolled body, at most, as in bpftrace. */
const MAX_UNROLL = 100n;

/** Types the statements of a block, in the scope at hand. An erroneous statement leaves nothing. */
export function checkStatements(ctx: TypingContext, block: Block): TypedStatement[] {
  const typed: TypedStatement[] = [];
  let ended = false;
  for (const statement of block.statements) {
    if (ended) {
      ctx.diagnostics.warning('unreachable', statement.span, 'this is never reached');
      ended = false;
    }
    typed.push(...checkStatement(ctx, statement));
    if (endsBlock(statement)) ended = true;
  }
  return typed;
}

function endsBlock(statement: Statement): boolean {
  if (statement.kind === 'jump') return true;
  const call =
    statement.kind === 'expression-statement' && statement.expression.kind === 'call'
      ? statement.expression
      : undefined;
  return call?.name.text === 'exit';
}

function checkStatement(ctx: TypingContext, node: Statement): TypedStatement[] {
  switch (node.kind) {
    case 'expression-statement':
      return one(expressionStatement(ctx, node.expression));
    case 'assignment':
      return one(assignment(ctx, node));
    case 'let': {
      const type = node.type && typeOfSyntax(ctx, node.type, defaultSpace(ctx));
      const value = node.value && ctx.check(node.value);
      const known = type && type.kind !== 'error' ? { type } : {};
      return one(declareVariable(ctx, node.variable, { ...known, ...(value && { value }), span: node.span }));
    }
    case 'if':
      return checkIf(ctx, node);
    case 'unroll':
      return unroll(ctx, node);
    case 'for':
      return one(checkFor(ctx, node));
    case 'while':
      return one(checkWhile(ctx, node));
    case 'jump':
      return one(jump(ctx, node));
    case 'block':
      return ctx.checkBlock(node);
    case 'error':
      return [];
  }
}

function one(statement: TypedStatement | undefined): TypedStatement[] {
  return statement ? [statement] : [];
}

function expressionStatement(ctx: TypingContext, node: Expression): TypedStatement | undefined {
  if (node.kind === 'call') return checkCallStatement(ctx, node);
  const expression = ctx.check(node);
  if (isError(expression)) return undefined;
  if (node.kind !== 'update' && node.kind !== 'block-expression') {
    ctx.diagnostics.warning('unused-value', node.span, 'this value is not used');
  }
  return { kind: 'evaluate', expression, span: node.span };
}

function assignment(ctx: TypingContext, node: Assignment): TypedStatement | undefined {
  const { target, operator, value: valueNode, span } = node;
  if (target.kind === 'map') {
    if (!operator && valueNode.kind === 'call' && isAggregateCall(valueNode.name.text)) {
      const statement = checkAggregate(ctx, target, valueNode);
      if (!statement) markFailed(ctx, target);
      return statement;
    }
    return assignMap(ctx, node, ctx.check(valueNode));
  }
  const value = ctx.check(valueNode);
  switch (target.kind) {
    case 'variable': {
      if (!operator) return assignVariable(ctx, target, value, span);
      const current = readVariable(ctx, target);
      if (!ctx.scopes.find(target.name)) return undefined;
      return assignVariable(ctx, target, binary(ctx, operator, current, value, span), span);
    }
    case 'discard':
      return isError(value) ? undefined : { kind: 'evaluate', expression: value, span };
    case 'error':
      return undefined;
    default:
      fail(ctx, 'invalid-assignment', target.span, 'only variables and maps can be assigned to');
      return undefined;
  }
}

/** `@x += n` and `@x -= n` on integers are atomic; other operators read, compute and write. */
function assignMap(ctx: TypingContext, node: Assignment, value: TypedExpression): TypedStatement | undefined {
  const { target, operator, span } = node;
  if (target.kind !== 'map') return undefined;
  if (operator) {
    const current = readMap(ctx, target);
    const result = binary(ctx, operator, current, value, span);
    if ((operator !== '+' && operator !== '-') || result.type.kind !== 'int' || value.type.kind !== 'int') {
      return storeMap(ctx, target, result, span);
    }
    const place = mapPlace(ctx, target);
    if (!place || isAggregate(place.slot.value ?? result.type)) return storeMap(ctx, target, result, span);
    ctx.environment.growValue(place.slot, result.type, span);
    const delta = operator === '+' ? value : negation(value, result);
    const expression = updateMap(ctx, target, delta, 'new', span);
    return isError(expression) ? undefined : { kind: 'evaluate', expression, span };
  }
  const held = node.value.kind === 'map' ? ctx.environment.findMap(node.value.name)?.value : undefined;
  if (held && isAggregate(held)) {
    mapPlace(ctx, target);
    ctx.environment.map(target.name, target.span).failed = true;
    fail(ctx, 'misplaced-aggregate', node.value.span, `${printType(held)} cannot be copied from one map to another`, {
      hint: `take its number: (int64)${ctx.source.slice(node.value.span)}`,
    });
    return undefined;
  }
  return storeMap(ctx, target, value, span);
}

function negation(value: TypedExpression, result: TypedExpression): TypedExpression {
  const { type } = result;
  const wide = convert(value, type);
  const constant = constantInt(wide);
  if (constant !== undefined && wide.kind === 'integer') return { ...wide, value: -constant };
  return { kind: 'unary', operator: '-', operand: wide, type, span: value.span };
}

function storeMap(
  ctx: TypingContext,
  target: Extract<Expression, { kind: 'map' }>,
  value: TypedExpression,
  span: Statement['span'],
): TypedStatement | undefined {
  const place = mapPlace(ctx, target);
  const stored = place && valueForMap(ctx, place, value, target.name);
  if (!place || !stored) {
    markFailed(ctx, target);
    return undefined;
  }
  const { map, key } = place;
  return { kind: 'assign-map', map, ...(key && { key }), value: stored, span };
}

function checkIf(ctx: TypingContext, node: If): TypedStatement[] {
  if (node.comptime) {
    fail(ctx, 'not-yet-supported', node.condition.span, 'comptime is not supported yet');
    return [];
  }
  const test = condition(ctx, ctx.check(node.condition), 'a condition');
  const then = ctx.checkBlock(node.then);
  const { otherwise: branch } = node;
  const otherwise = !branch
    ? []
    : branch.kind === 'if'
      ? ctx.scopes.within(() => checkIf(ctx, branch))
      : ctx.checkBlock(branch);
  if (isError(test)) return [];
  return [{ kind: 'if', condition: test, then, otherwise, span: node.span }];
}

/** The copies stand one behind the other, each in a scope of its own. */
function unroll(ctx: TypingContext, node: Unroll): TypedStatement[] {
  const count = ctx.check(node.count);
  const times = constantInt(count);
  if (times === undefined || times < 1n || times > MAX_UNROLL) {
    if (!isError(count)) {
      const found = times === undefined ? '' : `, not ${times}`;
      fail(ctx, 'invalid-argument', node.count.span, `unroll needs a literal number from 1 to ${MAX_UNROLL}${found}`);
    }
    ctx.checkBlock(node.body);
    return [];
  }
  const bodies = Array.from({ length: Number(times) }, () => ctx.checkBlock(node.body));
  return bodies.flat();
}

function checkFor(ctx: TypingContext, node: For): TypedStatement | undefined {
  const { over, variable, span } = node;
  if (over.kind === 'map') {
    fail(ctx, 'not-yet-supported', over.span, 'loops over maps are not supported yet');
    return undefined;
  }
  const [start, end] = [ctx.check(over.start), ctx.check(over.end)];
  for (const bound of [start, end]) {
    if (bound.type.kind === 'int' || isError(bound)) continue;
    fail(ctx, 'type-mismatch', bound.span, `a range needs integers, not ${printType(bound.type)}`);
  }
  if (ctx.scopes.find(variable.name)) {
    fail(ctx, 'redeclared-variable', variable.span, `${variable.name} is declared already`, {
      hint: 'choose another name',
    });
  }
  return ctx.scopes.withinLoop(() => {
    const declared = ctx.scopes.declare(variable.name, variable.span);
    declared.slot.mutable = true;
    if (start.type.kind === 'int' && end.type.kind === 'int') {
      ctx.environment.growVariable(declared.slot, commonInt(start.type, end.type), variable.span);
    }
    const body = ctx.checkBlock(node.body);
    const { type } = declared.slot;
    if (isError(start) || isError(end) || type?.kind !== 'int') return undefined;
    return {
      kind: 'for-range',
      variable: declared.symbol,
      start: convert(start, type),
      end: convert(end, type),
      body,
      span,
    };
  });
}

function checkWhile(ctx: TypingContext, node: While): TypedStatement | undefined {
  ctx.diagnostics.warning('deprecated', node.condition.span, 'while is deprecated', {
    hint: 'use a range where the number of rounds is known: for $i : 0..10 { … }',
  });
  const test = condition(ctx, ctx.check(node.condition), 'a condition');
  const body = ctx.scopes.withinLoop(() => ctx.checkBlock(node.body));
  return isError(test) ? undefined : { kind: 'while', condition: test, body, span: node.span };
}

function jump(ctx: TypingContext, node: Extract<Statement, { kind: 'jump' }>): TypedStatement | undefined {
  if (node.jump === 'return') {
    const value = node.value && ctx.check(node.value);
    if (!value) return { kind: 'return', span: node.span };
    if (isError(value)) return undefined;
    if (value.type.kind === 'int' || value.type.kind === 'bool') return { kind: 'return', value, span: node.span };
    fail(ctx, 'type-mismatch', value.span, `a probe returns an integer, not ${printType(value.type)}`);
    return undefined;
  }
  if (ctx.scopes.loopDepth > 0) return { kind: node.jump, span: node.span };
  fail(ctx, 'misplaced-jump', node.span, `${node.jump} is only for loops`, { hint: 'return ends the probe' });
  return undefined;
}
