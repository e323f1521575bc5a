import type { Call, Expression, MapRef } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression, TypedStatement } from '../../typed/tree.ts';
import { BOOL, UINT64 } from '../../types/type.ts';
import { argument, mapArgument } from '../typing/arguments.ts';
import type { TypingContext } from '../typing/context.ts';
import { errorExpression, fail, isError } from '../typing/context.ts';
import { mapSymbol } from '../typing/environment.ts';
import { placeAt, wholeMap } from '../typing/maps.ts';
import type { FunctionTable } from './function-rule.ts';
import { action, value } from './function-rule.ts';

/** Functions about maps. */
export const MAP_FUNCTIONS = {
  clear: action(1, 1, (ctx, call) => wholeMapAction(ctx, call, 'clear-map')),
  zero: action(1, 1, (ctx, call) => wholeMapAction(ctx, call, 'zero-map')),
  delete: value(1, 2, checkDelete),
  has_key: value(2, 2, checkHasKey),
  len: value(1, 1, checkLen),
} satisfies FunctionTable;

function wholeMapAction(ctx: TypingContext, call: Call, kind: 'clear-map' | 'zero-map'): TypedStatement | undefined {
  const node = mapArgument(ctx, call, 0);
  const slot = node && wholeMap(ctx, node);
  return slot && { kind, map: mapSymbol(slot), span: call.span };
}

/** `delete(@x, k)`, `delete(@x[k])`, `delete(@x)` of a scalar map. */
function checkDelete(ctx: TypingContext, call: Call): TypedExpression {
  const node = call.args[0]!;
  if (node.kind !== 'map') {
    return fail(ctx, 'type-mismatch', node.span, 'delete() needs a map here', { hint: 'as in delete(@x, key)' });
  }
  const second = call.args[1];
  if (second?.kind === 'type') return errorExpression(call.span);
  if (second && node.key) return fail(ctx, 'argument-count', second.span, 'the key of delete() is given twice');
  if (!second && !node.key && ctx.environment.map(node.name, node.span).keyed?.is) {
    const hint = { hint: `delete(${node.name}, key) deletes one entry, clear(${node.name}) all` };
    return fail(ctx, 'map-key-mismatch', call.span, `delete() of ${node.name} needs a key`, hint);
  }
  return ofKnownMap(ctx, node, second ?? node.key, (place) => {
    const { map, key } = place;
    return { kind: 'delete', map, ...(key && { key }), type: BOOL, span: call.span };
  });
}

function checkHasKey(ctx: TypingContext, call: Call): TypedExpression {
  const node = mapArgument(ctx, call, 0);
  const key = call.args[1]!;
  if (!node || key.kind === 'type') return errorExpression(call.span);
  return ofKnownMap(ctx, node, key, (place) => ({
    kind: 'has-key',
    map: place.map,
    key: place.key!,
    type: BOOL,
    span: call.span,
  }));
}

/** A place of a map that something is assigned to somewhere. */
function ofKnownMap(
  ctx: TypingContext,
  node: MapRef,
  key: Expression | undefined,
  make: (place: NonNullable<ReturnType<typeof placeAt>>) => TypedExpression,
): TypedExpression {
  const place = placeAt(ctx, node, key);
  if (!place || !wholeMap(ctx, node)) return errorExpression(node.span);
  return make(place);
}

/** `len(@x)`; of other values it is not known. */
function checkLen(ctx: TypingContext, call: Call): TypedExpression {
  const node = call.args[0]!;
  if (node.kind === 'map' && !node.key) {
    const slot = wholeMap(ctx, node);
    if (!slot) return errorExpression(call.span);
    if (slot.keyed?.is) return { kind: 'map-length', map: mapSymbol(slot), type: UINT64, span: call.span };
    return fail(ctx, 'map-key-mismatch', node.span, `len() needs a map with keys, which ${node.name} is not`);
  }
  const other = argument(ctx, call, 0);
  if (isError(other)) return other;
  return fail(ctx, 'type-mismatch', other.span, `len() needs a map, not ${printType(other.type)}`);
}
