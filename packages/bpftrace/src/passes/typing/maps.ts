import type { Span } from '../../source/span.ts';
import type { Expression, MapRef } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { MapSymbol, TypedExpression } from '../../typed/tree.ts';
import type { AggregateType, IntType, Type } from '../../types/type.ts';
import { INT64, isAggregate, UINT64 } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import { commonType } from './common-type.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail, isError } from './context.ts';
import { convert } from './convert.ts';
import type { MapSlot } from './environment.ts';
import { mapSymbol } from './environment.ts';
import { internLiterals } from './interned.ts';
import { withMembers } from './with-members.ts';

/** One place in a map: the map, and the key as the map has it. */
export interface MapPlace {
  readonly slot: MapSlot;
  readonly map: MapSymbol;
  readonly key?: TypedExpression;
}

/** `@x` or `@x[k]` as a place of one value. Undefined where the key is wrong, which has been told. */
export function mapPlace(ctx: TypingContext, node: MapRef): MapPlace | undefined {
  return placeAt(ctx, node, node.key);
}

/** Notes that a use of a map went wrong, if that has been told, or that it depends on what nobody can see. */
export function markFailed(ctx: TypingContext, node: MapRef): void {
  if (ctx.diagnostics.hasErrors || ctx.facts.tracepoints() === undefined)
    ctx.environment.map(node.name, node.span).failed = true;
}

/** The same where the key is said elsewhere, as in `delete(@x, k)`. */
export function placeAt(ctx: TypingContext, node: MapRef, keyNode: Expression | undefined): MapPlace | undefined {
  const slot = ctx.environment.map(node.name, node.span);
  const checked = keyNode && withMembers(ctx, ctx.check(keyNode));
  const keyed = keyNode !== undefined;
  slot.keyed ??= { is: keyed, span: node.span };
  if (slot.keyed.is !== keyed) {
    const related = [{ span: slot.keyed.span, message: `used ${keyed ? 'without' : 'with'} a key here` }];
    const message = keyed ? `${node.name} has no key elsewhere, and one here` : `${node.name} needs a key`;
    fail(ctx, 'map-key-mismatch', node.span, message, { related });
    return undefined;
  }
  if (!checked) return { slot, map: mapSymbol(slot) };
  if (isError(checked)) return undefined;
  if (checked.type.kind === 'none' || isAggregate(checked.type)) {
    fail(ctx, 'invalid-key', checked.span, `a value of type ${printType(checked.type)} cannot be a key`);
    return undefined;
  }
  ctx.environment.growKey(slot, checked.type);
  const key = internLiterals(checked, slot.key);
  if (!commonType(slot.key!, key.type)) {
    const message = `the key of ${node.name} is ${printType(slot.key!)}, not ${printType(key.type)}`;
    fail(ctx, 'map-key-mismatch', key.span, message, {
      related: [{ span: slot.keyed.span, message: 'first used here' }],
    });
    return undefined;
  }
  return { slot, map: mapSymbol(slot), key: convert(key, slot.key!) };
}

/** A map itself, as in `print(@x)` and `clear(@x)`. */
export function wholeMap(ctx: TypingContext, node: MapRef): MapSlot | undefined {
  const slot = ctx.environment.map(node.name, node.span);
  if (slot.value) return slot;
  if (ctx.final && !slot.failed) undefinedMap(ctx, node);
  return undefined;
}

/** The value of a place, zero where there is none; of an aggregate, what it amounts to. */
export function readMap(ctx: TypingContext, node: MapRef): TypedExpression {
  const place = mapPlace(ctx, node);
  if (!place) return errorExpression(node.span);
  const { value } = place.slot;
  if (!value) return ctx.final && !place.slot.failed ? undefinedMap(ctx, node) : errorExpression(node.span);
  const type = isAggregate(value) ? valueOfAggregate(value) : value;
  if (!type) {
    const hint = { hint: `print(${node.name}) shows it` };
    return fail(
      ctx,
      'unreadable-map',
      node.span,
      `${node.name} holds ${printType(value)}, which is no single value`,
      hint,
    );
  }
  const { map, key } = place;
  return { kind: 'map', map, ...(key && { key }), type, span: node.span };
}

function undefinedMap(ctx: TypingContext, node: MapRef): TypedExpression {
  const names = ctx.environment.mapNames.filter((name) => ctx.environment.findMap(name)?.value);
  const hint = didYouMean(node.name, names) ?? { hint: 'no probe assigns to it' };
  const span: Span = { start: node.span.start, end: node.span.start + node.name.length };
  return fail(ctx, 'undefined-map', span, `undefined map ${node.name}`, hint);
}

/** What an aggregate reads as; undefined where it is more than a number. */
export function valueOfAggregate(type: AggregateType): IntType | undefined {
  switch (type.kind) {
    case 'count':
      return UINT64;
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
      return type.signed ? INT64 : UINT64;
    default:
      return undefined;
  }
}

/**
 * Notes that a value goes into a map, and gives it as the map holds it. Undefined where the map holds something else.
 */
export function valueForMap(
  ctx: TypingContext,
  place: MapPlace,
  given: TypedExpression,
  name: string,
): TypedExpression | undefined {
  if (isError(given)) return undefined;
  const checked = withMembers(ctx, given);
  if (checked.type.kind === 'none') {
    fail(ctx, 'no-value', checked.span, 'this gives no value that a map could hold');
    return undefined;
  }
  ctx.environment.growValue(place.slot, checked.type, checked.span);
  const held: Type | undefined = place.slot.value;
  if (!held) return undefined;
  const value = internLiterals(checked, held);
  if (isAggregate(held) || !commonType(held, value.type)) {
    fail(
      ctx,
      'type-mismatch',
      value.span,
      `${name} holds ${printType(held)}, not ${printType(value.type)}`,
      firstSet(place.slot),
    );
    return undefined;
  }
  return convert(value, held);
}

export function firstSet(slot: MapSlot) {
  return slot.valueSpan ? { related: [{ span: slot.valueSpan, message: 'first set here' }] } : {};
}
