/**
 * What a map held at one moment: merged over CPUs, decoded, and independent of how the kernel stored it. Text, JSON, tables and
 * metrics are all made of this.
 */
import type { AggregateType, Type } from '../types/type.ts';
import type { Value } from './value.ts';

export interface MapSnapshot {
  /** With its `@`. */
  readonly name: string;
  /** Absent: a scalar map, which has one entry, or none where it was never set. */
  readonly key?: Type;
  readonly value: Type;
  /** In no particular order; keys are unique. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  /** Absent in scalar maps. */
  readonly key?: Value;
  /** The key as the kernel has it, padding zero: equal keys have equal bytes on every machine of one byte order. Empty in scalar maps. */
  readonly keyBytes: Uint8Array;
  readonly value: MapValue;
  /** What is no aggregate, as the kernel has it. Absent where the entry did not come from a kernel map. */
  readonly valueBytes?: Uint8Array;
}

export type MapValue =
  /** What is no aggregate. */
  | { readonly kind: 'value'; readonly value: Value }
  /** count, sum */
  | { readonly kind: 'total'; readonly total: bigint }
  /** avg, stats */
  | { readonly kind: 'average'; readonly total: bigint; readonly count: bigint }
  /** min, max. `isSet` is false where nothing was recorded (after `zero`): `value` is 0 then. */
  | { readonly kind: 'extreme'; readonly value: bigint; readonly isSet: boolean }
  /** hist, lhist: how many fell into each bucket, by the numbers of `script/histogram-buckets.ts`; empty ones are left out. */
  | { readonly kind: 'buckets'; readonly counts: ReadonlyMap<number, bigint> };

/** Total over count, rounded towards zero; 0 of nothing. */
export function averageOf(value: { readonly total: bigint; readonly count: bigint }): bigint {
  return value.count === 0n ? 0n : value.total / value.count;
}

/** Wraps a sum to the 64 bits that the kernel has for it. */
export function wrapTotal(type: AggregateType, total: bigint): bigint {
  return 'signed' in type && type.signed ? BigInt.asIntN(64, total) : BigInt.asUintN(64, total);
}
