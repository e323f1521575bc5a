import type { Span } from '../../source/span.ts';
import type { Expression, MapRef, Update, VariableRef } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import type { IntType } from '../../types/type.ts';
import { INT64, isAggregate } from '../../types/type.ts';
import { scaled } from './address.ts';
import { literal } from './constants.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail } from './context.ts';
import { convert } from './convert.ts';
import { isLiteralType, literalOfSize } from './literal-types.ts';
import { firstSet, mapPlace } from './maps.ts';
import { findVariable } from './variables.ts';

/** `$x++`, `--@x[k]`. */
export function checkUpdate(ctx: TypingContext, node: Update): TypedExpression {
  const delta = literal(node.operator === '++' ? 1n : -1n, node.span);
  const gives = node.prefix ? 'new' : 'old';
  const target: Expression = node.target;
  if (target.kind === 'variable') return updateVariable(ctx, target, delta, gives, node.span);
  if (target.kind === 'map') return updateMap(ctx, target, delta, gives, node.span);
  if (target.kind === 'error') return errorExpression(node.span);
  return fail(ctx, 'invalid-assignment', target.span, `operator ${node.operator} needs a variable or a map`);
}

function updateVariable(
  ctx: TypingContext,
  node: VariableRef,
  one: TypedExpression,
  gives: 'old' | 'new',
  span: Span,
): TypedExpression {
  const variable = findVariable(ctx, node);
  const type = variable?.slot.type;
  if (!variable || !type) return errorExpression(span);
  variable.slot.mutable = true;
  if (type.kind === 'pointer') {
    const delta = type.to.kind === 'none' || !('sizeBytes' in type.to) ? one : scaled(one, type.to.sizeBytes);
    return { kind: 'variable-update', variable: variable.symbol, delta: convert(delta, INT64), gives, type, span };
  }
  if (type.kind !== 'int')
    return fail(ctx, 'type-mismatch', node.span, `${node.name} holds ${printType(type)}, which is no number`);
  if (!variable.declaredType) ctx.environment.growVariable(variable.slot, wideInt(type, one), span);
  const wide = variable.slot.type!;
  return { kind: 'variable-update', variable: variable.symbol, delta: convert(one, wide), gives, type: wide, span };
}

/** What counting makes of an integer: 64 bits, with its sign, and signed where it counts down; of a literal, a literal's. */
function wideInt(current: IntType | undefined, delta: TypedExpression): IntType {
  if (delta.kind === 'integer' && delta.value < 0n) return INT64;
  if (!current || isLiteralType(current)) return literalOfSize(8);
  return { ...INT64, signed: current.signed };
}

/**
 * An atomic add. The map becomes a 64-bit one: signed unless all else that goes into it is unsigned, which a difference is
 * not.
 */
export function updateMap(
  ctx: TypingContext,
  node: MapRef,
  delta: TypedExpression,
  gives: 'old' | 'new',
  span: Span,
): TypedExpression {
  const place = mapPlace(ctx, node);
  if (!place) return errorExpression(span);
  const { slot, map, key } = place;
  const current = slot.value;
  if (current && current.kind !== 'int') {
    const what = isAggregate(current) ? 'which takes values through its function only' : 'which is no number';
    return fail(ctx, 'type-mismatch', node.span, `${node.name} holds ${printType(current)}, ${what}`, firstSet(slot));
  }
  ctx.environment.growValue(slot, wideInt(current, delta), span);
  const type = slot.value!;
  return { kind: 'map-update', map, ...(key && { key }), delta: convert(delta, type), gives, type, span };
}
