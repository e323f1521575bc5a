import { describe, expect, test } from 'vitest';
import type { ScriptMap } from '../script/compiled-script.ts';
import { INT64, type Type, UINT32, UINT64 } from '../types/type.ts';
import { arrangeEntries } from './arrange-entries.ts';
import { DecodeError } from './decode-error.ts';
import type { MapSnapshot } from './map-snapshot.ts';
import { mergeSnapshots } from './merge-snapshots.ts';
import { readMap } from './read-map.ts';

/** Bytes of 64-bit words. */
const words = (...values: (number | bigint)[]) =>
  new Uint8Array(BigUint64Array.from(values, (value) => BigInt.asUintN(64, BigInt(value))).buffer);
const u32 = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);

const scalar = (value: Type, storage: ScriptMap['storage']): ScriptMap => ({ name: '@', value, spec: '@', storage });
const keyed = (value: Type, storage: ScriptMap['storage'], key: Type = UINT32): ScriptMap => ({
  name: '@',
  key,
  value,
  spec: '@',
  storage,
});
const only = (snapshot: MapSnapshot) => snapshot.entries[0]?.value;

describe('values of two CPUs as one', () => {
  test.each<[string, Type, Uint8Array, unknown]>([
    ['count', { kind: 'count' }, words(3, 1, 4, 1), { kind: 'total', total: 7n }],
    ['sum', { kind: 'sum', signed: true }, words(-5, 1, 2, 1), { kind: 'total', total: -3n }],
    ['sum of u64 wraps', { kind: 'sum', signed: false }, words(-1, 1, 2, 1), { kind: 'total', total: 1n }],
    ['avg', { kind: 'avg', signed: true }, words(-15, 2, 1, 10, 1, 1), { kind: 'average', total: -5n, count: 3n }],
    [
      'min where one CPU saw nothing',
      { kind: 'min', signed: true },
      words(5, 1, 1, 0, 0, 0),
      { kind: 'extreme', value: 5n, isSet: true },
    ],
    [
      'max of negatives',
      { kind: 'max', signed: true },
      words(-5, 1, 1, -3, 1, 1),
      { kind: 'extreme', value: -3n, isSet: true },
    ],
    [
      'max of u64',
      { kind: 'max', signed: false },
      words(-5, 1, 1, 7, 1, 1),
      { kind: 'extreme', value: (1n << 64n) - 5n, isSet: true },
    ],
  ])('%s', (_name, type, value, merged) => {
    expect(only(readMap(scalar(type, 'per-cpu'), [{ key: u32(0), value }]))).toEqual(merged);
  });

  test('keyed maps have no mark', () => {
    const map = keyed({ kind: 'count' }, 'per-cpu');
    expect(readMap(map, [{ key: u32(9), value: words(1, 2) }]).entries).toEqual([
      { key: 9, keyBytes: u32(9), value: { kind: 'total', total: 3n } },
    ]);
  });

  test('scalar histogram', () => {
    const type: Type = { kind: 'lhist', min: 0n, max: 2n, step: 1n };
    const counts = new Map([
      [1, 4n],
      [3, 1n],
    ]);
    expect(
      only(readMap(scalar(type, 'per-cpu-buckets'), [{ key: u32(0), value: words(0, 1, 0, 0, 0, 3, 0, 1) }])),
    ).toEqual({ kind: 'buckets', counts });
  });

  test('keyed histogram, its key padded to 8', () => {
    const entry = (key: number, bucket: number, ...counts: number[]) => ({
      key: u32(key, 0, bucket, 0),
      value: words(...counts),
    });
    const snapshot = readMap(keyed({ kind: 'hist', bits: 0 }, 'per-cpu-bucket-keys'), [
      entry(1, 3, 1, 2),
      entry(2, 0, 5, 0),
      entry(1, 4, 0, 1),
    ]);
    expect(snapshot.entries.map(({ key, value }) => [key, value])).toEqual([
      [
        1,
        {
          kind: 'buckets',
          counts: new Map([
            [3, 3n],
            [4, 1n],
          ]),
        },
      ],
      [2, { kind: 'buckets', counts: new Map([[0, 5n]]) }],
    ]);
  });
});

test.each<[string, ScriptMap, Uint8Array]>([
  ['value', scalar(UINT64, 'value'), words(0, 0)],
  ['aggregate', scalar({ kind: 'count' }, 'per-cpu'), words(0, 0, 0, 0)],
  ['histogram', scalar({ kind: 'lhist', min: 0n, max: 2n, step: 1n }, 'per-cpu-buckets'), words(0, 0, 0, 0)],
])('a scalar that was never set has no entry: %s', (_name, map, value) => {
  expect(readMap(map, [{ key: u32(0), value }]).entries).toEqual([]);
});

test('a scalar that was set to zero has one', () => {
  expect(only(readMap(scalar(INT64, 'value'), [{ key: u32(0), value: words(0, 1) }]))).toEqual({
    kind: 'value',
    value: 0n,
  });
});

test.each<[string, ScriptMap, Uint8Array, Uint8Array]>([
  ['value', scalar(UINT64, 'value'), u32(0), words(1)],
  ['key', keyed(UINT64, 'value'), Uint8Array.of(1), words(1)],
  ['bucket', keyed({ kind: 'hist', bits: 0 }, 'per-cpu-bucket-keys'), u32(1, 0), words(1)],
  ['CPU', keyed({ kind: 'avg', signed: true }, 'per-cpu'), u32(1), words(1)],
])('entries that are too short fail typed: %s', (_name, map, key, value) => {
  expect(() => readMap(map, [{ key, value }])).toThrow(DecodeError);
});

test('snapshots of two machines as one', () => {
  const map = keyed({ kind: 'stats', signed: true }, 'per-cpu');
  const here = readMap(map, [
    { key: u32(1), value: words(10, 2) },
    { key: u32(2), value: words(1, 1) },
  ]);
  const there = readMap(map, [
    { key: u32(1), value: words(-4, 1) },
    { key: u32(3), value: words(8, 2) },
  ]);
  expect(mergeSnapshots(here, there).entries.map(({ key, value }) => [key, value])).toEqual([
    [1, { kind: 'average', total: 6n, count: 3n }],
    [2, { kind: 'average', total: 1n, count: 1n }],
    [3, { kind: 'average', total: 8n, count: 2n }],
  ]);
});

test('of plain values the later one stands', () => {
  const map = scalar(INT64, 'value');
  const [earlier, later] = [1, 2].map((value) => readMap(map, [{ key: u32(0), value: words(value, 1) }]));
  expect(only(mergeSnapshots(earlier!, later!))).toEqual({ kind: 'value', value: 2n });
});

test('maps of other types do not merge', () => {
  const count = readMap(keyed({ kind: 'count' }, 'per-cpu'), [{ key: u32(1), value: words(1) }]);
  const average = readMap(keyed({ kind: 'avg', signed: true }, 'per-cpu'), [{ key: u32(1), value: words(1, 1) }]);
  expect(() => mergeSnapshots(count, average)).toThrow(TypeError);
});

test('equal values follow their key, whatever order the kernel has', () => {
  const map = keyed({ kind: 'count' }, 'per-cpu', INT64);
  const keysOf = (order: number[]) => {
    const snapshot = readMap(
      map,
      order.map((key) => ({ key: words(key), value: words(1) })),
    );
    return arrangeEntries(snapshot, { internedText: () => undefined }).map(({ key }) => key);
  };
  expect(keysOf([3, -1, 2])).toEqual([-1n, 2n, 3n]);
  expect(keysOf([2, 3, -1])).toEqual([-1n, 2n, 3n]);
});
