import type { Call, MapRef } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression, TypedStatement } from '../../typed/tree.ts';
import type { AggregateType, IntType } from '../../types/type.ts';
import { INT64, isAggregate } from '../../types/type.ts';
import { argument, checkCount, literalInt } from './arguments.ts';
import { sameType } from './common-type.ts';
import type { TypingContext } from './context.ts';
import { fail, isError } from './context.ts';
import { convert } from './convert.ts';
import { firstSet, mapPlace } from './maps.ts';

/** Functions whose result only a map can hold, with the least and the most arguments. */
const AGGREGATES = {
  count: [0, 0], sum: [1, 1], avg: [1, 1], min: [1, 1], max: [1, 1], stats: [1, 1], hist: [1, 2], lhist: [4, 4],
} as const; // biome-ignore format: a table

/** Buckets of a linear histogram, at most, as in bpftrace. */
const MAX_LHIST_BUCKETS = 1000n;

export type AggregateName = keyof typeof AGGREGATES;

export function isAggregateCall(name: string): name is AggregateName {
  return Object.hasOwn(AGGREGATES, name);
}

export const AGGREGATE_NAMES: readonly string[] = Object.keys(AGGREGATES);

/** `@x[k] = hist(v)` and its like. */
export function checkAggregate(ctx: TypingContext, target: MapRef, call: Call): TypedStatement | undefined {
  const place = mapPlace(ctx, target);
  const value = call.args.length > 0 ? argument(ctx, call, 0) : undefined;
  const [min, max] = AGGREGATES[call.name.text as AggregateName];
  if (!checkCount(ctx, call, min, max) || (value && isError(value))) return undefined;
  if (value && value.type.kind !== 'int' && value.type.kind !== 'bool') {
    const message = `${call.name.text}() needs an integer, not ${printType(value.type)}`;
    fail(ctx, 'type-mismatch', value.span, message);
    return undefined;
  }
  const type = aggregateType(ctx, call);
  if (!type || !place) return undefined;
  const { slot } = place;
  const argumentType: IntType | undefined = value && (value.type.kind === 'int' ? value.type : INT64);
  ctx.environment.growAggregate(slot, type, argumentType, call.span);
  const held = slot.value;
  if (!held) return undefined;
  if (!isAggregate(held) || held.kind !== type.kind || (!('signed' in held) && !sameType(held, type))) {
    const message = `${target.name} holds ${printType(held)}, not ${printType(type)}`;
    fail(ctx, 'type-mismatch', call.span, message, firstSet(slot));
    return undefined;
  }
  const { map, key } = place;
  const span = { start: target.span.start, end: call.span.end };
  const wide: TypedExpression | undefined =
    value && convert(value, { ...INT64, signed: 'signed' in held ? held.signed : true });
  return { kind: 'aggregate', map, ...(key && { key }), aggregate: held, ...(wide && { value: wide }), span };
}

function aggregateType(ctx: TypingContext, call: Call): AggregateType | undefined {
  const kind = call.name.text as AggregateType['kind'];
  switch (kind) {
    case 'count':
      return { kind };
    case 'hist': {
      const bits = call.args.length > 1 ? literalInt(ctx, call, 1) : 0n;
      if (bits === undefined) return undefined;
      if (bits >= 0n && bits <= 5n) return { kind, bits: Number(bits) };
      fail(ctx, 'invalid-argument', call.args[1]!.span, `hist() takes 0 to 5 bits, not ${bits}`);
      return undefined;
    }
    case 'lhist':
      return linear(ctx, call);
    default:
      return { kind, signed: true };
  }
}

function linear(ctx: TypingContext, call: Call): AggregateType | undefined {
  const [min, max, step] = [literalInt(ctx, call, 1), literalInt(ctx, call, 2), literalInt(ctx, call, 3)];
  if (min === undefined || max === undefined || step === undefined) return undefined;
  const wrong = (index: number, message: string) => {
    fail(ctx, 'invalid-argument', call.args[index]!.span, message);
    return undefined;
  };
  if (step <= 0n) return wrong(3, `lhist() needs a positive step, not ${step}`);
  if (min >= max) return wrong(2, `lhist() needs a maximum above its minimum ${min}, not ${max}`);
  if ((max - min) / step > MAX_LHIST_BUCKETS) {
    return wrong(3, `lhist() makes ${(max - min) / step} buckets of step ${step}; at most ${MAX_LHIST_BUCKETS}`);
  }
  return { kind: 'lhist', min, max, step };
}
