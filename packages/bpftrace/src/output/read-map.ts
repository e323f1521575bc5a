/**
 * Raw entries of a kernel map to a snapshot: values merged over CPUs, histograms put together from their buckets.
 */
import type { ScriptMap } from '../script/compiled-script.ts';
import { AGGREGATE_SIZE } from '../script/compiled-script.ts';
import { histBucketCount, lhistBucketCount } from '../script/histogram-buckets.ts';
import { layoutOf, roundUp } from '../types/layout.ts';
import { type AggregateType, isAggregate, type Type } from '../types/type.ts';
import { DecodeError } from './decode-error.ts';
import { compileValueReader, decodeValue } from './decode-value.ts';
import { type MapEntry, type MapSnapshot, type MapValue, wrapTotal } from './map-snapshot.ts';
import { mergeMapValues } from './merge-map-values.ts';
import { keyId } from './merge-snapshots.ts';

/** An entry as the kernel gives it. Of per-CPU maps the value holds that of each possible CPU, each rounded up to 8 bytes. */
export interface RawMapEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const WORD = 8;

/**
 * The snapshot of a map from all of its raw entries, which lie as `map.storage` says.
 *
 * Scalar maps that were never set (or were deleted) give no entry; of scalar histograms, those in which nothing fell.
 *
 * @throws DecodeError for entries that are shorter than the map's layout.
 */
export function readMap(map: ScriptMap, entries: Iterable<RawMapEntry>): MapSnapshot {
  const { name, key, value } = map;
  return { name, ...(key ? { key } : {}), value, entries: readEntries(map, entries) };
}

/** What an entry holds that was never set: zeros. */
export function zeroMapValue(type: Type): MapValue {
  if (!isAggregate(type)) {
    return { kind: 'value', value: decodeValue(type, new DataView(new ArrayBuffer(layoutOf(type).sizeBytes)), 0) };
  }
  if (type.kind === 'hist' || type.kind === 'lhist') return { kind: 'buckets', counts: new Map() };
  return readAggregate(type, new DataView(new ArrayBuffer(AGGREGATE_SIZE[type.kind])), 0);
}

function readEntries(map: ScriptMap, entries: Iterable<RawMapEntry>): MapEntry[] {
  switch (map.storage) {
    case 'value':
      return Array.from(entries).flatMap(plainReader(map));
    case 'per-cpu':
      return Array.from(entries).flatMap(perCpuReader(map));
    case 'per-cpu-buckets':
      return Array.from(entries).flatMap(({ value }) => readBuckets(map, value));
    case 'per-cpu-bucket-keys':
      return readBucketKeys(map, entries);
  }
}

type EntryReader = (entry: RawMapEntry) => MapEntry[];

function plainReader(map: ScriptMap): EntryReader {
  const readKey = keyReader(map);
  const readValue = compileValueReader(map.value);
  const { sizeBytes } = layoutOf(map.value);
  const size = roundUp(sizeBytes, WORD);
  return ({ key, value }) => {
    const view = viewOf(map, value, map.key ? size : size + WORD);
    if (!map.key && view.getBigUint64(size, true) === 0n) return [];
    const valueBytes = value.slice(0, sizeBytes);
    return [{ ...readKey(key), value: { kind: 'value', value: readValue(view, 0) }, valueBytes }];
  };
}

function perCpuReader(map: ScriptMap): EntryReader {
  const type = aggregateOf(map);
  if (type.kind === 'hist' || type.kind === 'lhist')
    throw new RangeError(`map ${map.name}: ${type.kind} is stored in buckets`);
  const readKey = keyReader(map);
  const size = AGGREGATE_SIZE[type.kind];
  const stride = map.key ? size : size + WORD;
  return ({ key, value }) => {
    const view = viewOf(map, value, stride);
    const cpus = offsetsEvery(stride, value.length);
    if (!map.key && cpus.every((offset) => view.getBigUint64(offset + size, true) === 0n)) return [];
    const merged = cpus.map((offset) => readAggregate(type, view, offset)).reduce((a, b) => mergeMapValues(type, a, b));
    return [{ ...readKey(key), value: merged }];
  };
}

/** One CPU's value, see `AGGREGATE_SIZE`. */
function readAggregate(type: AggregateType, view: DataView, offset: number): MapValue {
  const first = wrapTotal(type, view.getBigUint64(offset, true));
  switch (type.kind) {
    case 'count':
    case 'sum':
      return { kind: 'total', total: first };
    case 'avg':
    case 'stats':
      return { kind: 'average', total: first, count: view.getBigUint64(offset + WORD, true) };
    case 'min':
    case 'max':
      return { kind: 'extreme', value: first, isSet: view.getBigUint64(offset + WORD, true) !== 0n };
    case 'hist':
    case 'lhist':
      throw new RangeError(`${type.kind} is stored in buckets`);
  }
}

/** A scalar histogram: for each CPU a u64 for each bucket. */
function readBuckets(map: ScriptMap, value: Uint8Array): MapEntry[] {
  const bucketCount = bucketCountOf(aggregateOf(map));
  const view = viewOf(map, value, bucketCount * WORD);
  const counts = new Map<number, bigint>();
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const total = sumWords(view, bucket * WORD, bucketCount * WORD);
    if (total > 0n) counts.set(bucket, total);
  }
  return counts.size === 0 ? [] : [{ keyBytes: new Uint8Array(0), value: { kind: 'buckets', counts } }];
}

/** Keyed histograms: the key, padding to 8, u64 bucket; for each CPU a u64. */
function readBucketKeys(map: ScriptMap, entries: Iterable<RawMapEntry>): MapEntry[] {
  const readKey = keyReader(map);
  const keyBytes = map.key ? layoutOf(map.key).sizeBytes : 0;
  const bucketOffset = roundUp(keyBytes, WORD);
  const countsOf = new Map<string, Map<number, bigint>>();
  const found: MapEntry[] = [];
  for (const { key, value } of entries) {
    const bucket = Number(viewOf(map, key, bucketOffset + WORD).getBigUint64(bucketOffset, true));
    const count = sumWords(viewOf(map, value, WORD), 0, WORD);
    const id = keyId(key.subarray(0, keyBytes));
    let counts = countsOf.get(id);
    if (!counts) {
      counts = new Map();
      countsOf.set(id, counts);
      found.push({ ...readKey(key), value: { kind: 'buckets', counts } });
    }
    if (count > 0n) counts.set(bucket, count);
  }
  return found;
}

/** Key and its bytes of an entry; scalar maps are arrays, whose index is no key of the script. */
function keyReader(map: ScriptMap): (key: Uint8Array) => Pick<MapEntry, 'key' | 'keyBytes'> {
  const { key: type } = map;
  if (!type) return () => ({ keyBytes: new Uint8Array(0) });
  const read = compileValueReader(type);
  const { sizeBytes } = layoutOf(type);
  return (key) => ({ key: read(viewOf(map, key, sizeBytes), 0), keyBytes: key.slice(0, sizeBytes) });
}

function aggregateOf(map: ScriptMap): AggregateType {
  if (!isAggregate(map.value)) throw new RangeError(`map ${map.name}: ${map.value.kind} is no aggregate`);
  return map.value;
}

function bucketCountOf(type: AggregateType): number {
  if (type.kind === 'hist') return histBucketCount(type.bits);
  if (type.kind === 'lhist') return lhistBucketCount(type.min, type.max, type.step);
  throw new RangeError(`${type.kind} has no buckets`);
}

function sumWords(view: DataView, start: number, stride: number): bigint {
  let total = 0n;
  for (let offset = start; offset + WORD <= view.byteLength; offset += stride) total += view.getBigUint64(offset, true);
  return total;
}

function offsetsEvery(stride: number, length: number): number[] {
  return Array.from({ length: Math.floor(length / stride) }, (_, index) => index * stride);
}

function viewOf(map: ScriptMap, bytes: Uint8Array, wantedBytes: number): DataView {
  if (bytes.length < wantedBytes)
    throw new DecodeError('entry-too-short', `map ${map.name}`, wantedBytes, bytes.length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
