import { type AggregateType, isAggregate, type Type } from '../types/type.ts';
import { type MapValue, wrapTotal } from './map-snapshot.ts';

/**
 * Two values of one key, from two CPUs or two machines, as one: sums add, averages weigh by count, minima and maxima compare, buckets add.
 * Of two plain values the later one stands, since nothing says how they relate.
 *
 * @throws TypeError where the two are of different kinds: they belong to different maps.
 */
export function mergeMapValues(type: Type, earlier: MapValue, later: MapValue): MapValue {
  if (!isAggregate(type)) return later;
  if (earlier.kind === 'total' && later.kind === 'total') {
    return { kind: 'total', total: wrapTotal(type, earlier.total + later.total) };
  }
  if (earlier.kind === 'average' && later.kind === 'average') {
    return { kind: 'average', total: wrapTotal(type, earlier.total + later.total), count: earlier.count + later.count };
  }
  if (earlier.kind === 'extreme' && later.kind === 'extreme') return mergeExtremes(type, earlier, later);
  if (earlier.kind === 'buckets' && later.kind === 'buckets') {
    return { kind: 'buckets', counts: mergeBuckets(earlier.counts, later.counts) };
  }
  throw new TypeError(`cannot merge map values: ${earlier.kind} and ${later.kind}`);
}

type Extreme = Extract<MapValue, { kind: 'extreme' }>;

function mergeExtremes(type: AggregateType, a: Extreme, b: Extreme): Extreme {
  if (!a.isSet || !b.isSet) return a.isSet ? a : b;
  const first = type.kind === 'min' ? a.value <= b.value : a.value >= b.value;
  return first ? a : b;
}

function mergeBuckets(a: ReadonlyMap<number, bigint>, b: ReadonlyMap<number, bigint>): ReadonlyMap<number, bigint> {
  const counts = new Map(a);
  for (const [bucket, count] of b) counts.set(bucket, (counts.get(bucket) ?? 0n) + count);
  return counts;
}
