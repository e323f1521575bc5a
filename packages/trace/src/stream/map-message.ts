/**
 * Snapshots of maps to messages and back. Keys and plain values travel as the kernel has them: what they mean on their node, facts tell.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type AggregateType, histBucketCount, isAggregate, lhistBucketCount, type Type } from '@waggle/bpftrace';
import {
  compileValueReader,
  type MapEntry,
  type MapSnapshot,
  type MapValue,
  type ValueReader,
} from '@waggle/bpftrace/output';
import type { MapEntry as EntryMessage, MapContent, MapContentSchema, MapEntrySchema } from './frames_pb.ts';
import { viewOf } from './record-batch.ts';
import type { StreamMap } from './script/script-json.ts';
import { sizeOf } from './script/type-json.ts';
import { FrameProblem } from './stream-error.ts';

export type EntryInit = MessageInitShape<typeof MapEntrySchema>;
export type ContentInit = MessageInitShape<typeof MapContentSchema>;

/** Entries of one frame are no larger together, so that none comes near the limit of frames. */
const PIECE_BYTES = 1 << 20;

/** The contents of maps in pieces that fit a frame each; one piece at least. */
export function mapPieces(
  maps: readonly { readonly name: string; readonly entries: readonly EntryInit[] }[],
): ContentInit[][] {
  const pieces: ContentInit[][] = [[]];
  let bytes = 0;
  for (const { name, entries } of maps) {
    let current: EntryInit[] = [];
    pieces.at(-1)!.push({ name, entries: current });
    for (const entry of entries) {
      if (bytes >= PIECE_BYTES) {
        current = [];
        pieces.push([{ name, entries: current }]);
        bytes = 0;
      }
      current.push(entry);
      bytes += sizeOfEntry(entry);
    }
  }
  return pieces;
}

function sizeOfEntry({ key, value }: EntryInit): number {
  const own = 32 + (key?.length ?? 0);
  if (value?.case === 'plain') return own + (value.value?.length ?? 0);
  return value?.case === 'buckets' ? own + 8 * (value.value?.numbers?.length ?? 0) : own;
}

/** An entry of a kernel map. @throws TypeError for a plain value without its bytes: it did not come from there */
export function entryInit(entry: MapEntry): EntryInit {
  const { keyBytes: key, value } = entry;
  switch (value.kind) {
    case 'value':
      if (entry.valueBytes === undefined) throw new TypeError('a map entry without the bytes of its value');
      return { key, value: { case: 'plain', value: entry.valueBytes } };
    case 'total':
      return { key, value: { case: 'total', value: BigInt.asUintN(64, value.total) } };
    case 'average': {
      const { total, count } = value;
      return { key, value: { case: 'average', value: { total: BigInt.asUintN(64, total), count } } };
    }
    case 'extreme':
      return { key, value: { case: 'extreme', value: { value: BigInt.asUintN(64, value.value), isSet: value.isSet } } };
    case 'buckets': {
      const { counts } = value;
      return { key, value: { case: 'buckets', value: { numbers: [...counts.keys()], counts: [...counts.values()] } } };
    }
  }
}

/** Reads the contents of one map; questions about its types are asked once. */
export class MapReader {
  readonly map: StreamMap;
  readonly #readKey: ValueReader | undefined;
  readonly #readValue: ValueReader | undefined;
  readonly #keyBytes: number;
  readonly #valueBytes: number;

  constructor(map: StreamMap) {
    this.map = map;
    this.#readKey = map.key === undefined ? undefined : compileValueReader(map.key);
    this.#readValue = isAggregate(map.value) ? undefined : compileValueReader(map.value);
    this.#keyBytes = map.key === undefined ? 0 : sizeOf(map.key);
    this.#valueBytes = sizeOf(map.value);
  }

  /** @throws FrameProblem where an entry is not what the map's types say */
  snapshot(contents: readonly MapContent[]): MapSnapshot {
    const { name, key, value } = this.map;
    const entries = contents.flatMap((content) => content.entries.map((entry) => this.entry(entry)));
    return { name, ...(key === undefined ? {} : { key }), value, entries };
  }

  entry({ key, value }: EntryMessage): MapEntry {
    this.#check(key.length === this.#keyBytes, `a key of ${key.length} bytes, expected ${this.#keyBytes}`);
    return {
      ...(this.#readKey === undefined ? {} : { key: this.#readKey(viewOf(key), 0) }),
      keyBytes: key,
      value: this.#value(value),
      ...(value.case === 'plain' ? { valueBytes: value.value } : {}),
    };
  }

  #value(message: EntryMessage['value']): MapValue {
    const type = this.map.value;
    if (!isAggregate(type)) {
      const bytes = message.case === 'plain' ? message.value : new Uint8Array(0);
      const fits = message.case === 'plain' && bytes.length === this.#valueBytes;
      this.#check(fits, `a value of ${bytes.length} bytes, expected ${this.#valueBytes}`);
      return { kind: 'value', value: this.#readValue!(viewOf(bytes), 0) };
    }
    this.#check(message.case === WIRE_KINDS[type.kind], `${message.case ?? 'nothing'} in a map of ${type.kind}`);
    return aggregateValue(type, message);
  }

  #check(good: boolean, problem: string): void {
    if (!good) throw new FrameProblem(`map ${this.map.name}: ${problem}`);
  }
}

const WIRE_KINDS: Readonly<Record<AggregateType['kind'], EntryMessage['value']['case']>> = {
  count: 'total',
  sum: 'total',
  avg: 'average',
  stats: 'average',
  min: 'extreme',
  max: 'extreme',
  hist: 'buckets',
  lhist: 'buckets',
};

function aggregateValue(type: AggregateType, message: EntryMessage['value']): MapValue {
  switch (message.case) {
    case 'total':
      return { kind: 'total', total: signedAs(type, message.value) };
    case 'average':
      return { kind: 'average', total: signedAs(type, message.value.total), count: message.value.count };
    case 'extreme':
      return { kind: 'extreme', value: signedAs(type, message.value.value), isSet: message.value.isSet };
    case 'buckets':
      return { kind: 'buckets', counts: readBuckets(type, message.value) };
    default:
      throw new FrameProblem('an aggregate without a value');
  }
}

function readBuckets(
  type: AggregateType,
  { numbers, counts }: { numbers: number[]; counts: bigint[] },
): Map<number, bigint> {
  const limit = bucketCountOf(type);
  if (numbers.length !== counts.length || numbers.some((number) => number >= limit))
    throw new FrameProblem(`buckets that a ${type.kind} has not`);
  return new Map(numbers.map((number, index) => [number, counts[index]!]));
}

function bucketCountOf(type: Type): number {
  if (type.kind === 'hist') return histBucketCount(type.bits);
  return type.kind === 'lhist' ? lhistBucketCount(type.min, type.max, type.step) : 0;
}

function signedAs(type: AggregateType, value: bigint): bigint {
  return 'signed' in type && type.signed ? BigInt.asIntN(64, value) : value;
}
