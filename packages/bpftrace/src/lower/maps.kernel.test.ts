import { describe, expect, test } from 'vitest';
import { LEDGER } from '../script/compiled-script.ts';
import { histBucketOf, lhistBucketOf } from '../script/histogram-buckets.ts';
import type { MapSymbol, TypedStatement } from '../typed/tree.ts';
import { INT64, stringOf, type Type, UINT32, UINT64 } from '../types/type.ts';
import { cString, type LoadedScript, loadScript, ownComm, wordsOf } from './loaded-script.test-kit.ts';
import { thisKernel } from './machine-facts.test-kit.ts';
import {
  add,
  aggregate,
  arg,
  assign,
  begin,
  binary,
  builtin,
  COMM,
  cast,
  comm,
  compileTree,
  evaluate,
  forRange,
  int,
  map,
  read,
  SPAN,
  script,
  str,
  tuple,
  variable,
  when,
} from './tree.test-kit.ts';

function load(maps: MapSymbol[], ...body: TypedStatement[]): LoadedScript {
  return loadScript(compileTree(script([begin(body)], maps), {}, thisKernel));
}

const hex = (...words: bigint[]) => Buffer.from(BigInt64Array.from(words).buffer).toString('hex');

/** Words of a per-CPU value, added up over the CPUs. */
function sums(words: bigint[], perCpu: number): bigint[] {
  return Array.from({ length: perCpu }, (_, i) =>
    words.filter((_word, at) => at % perCpu === i).reduce((a, b) => a + b, 0n),
  );
}

describe('scalar maps', () => {
  test('an unset one says so', () => {
    const x = map('@x', INT64);
    using loaded = load([x], when(arg(0), [assign(x, int(7))]));
    loaded.run([0n]);
    expect(wordsOf(loaded.scalar('map_x'))).toEqual([0n, 0n]);
    loaded.run([1n]);
    expect(wordsOf(loaded.scalar('map_x'))).toEqual([7n, 1n]);
  });

  test('updates give the old and the new value', () => {
    const [x, old, now] = [map('@x', INT64), map('@old', INT64), map('@new', INT64)];
    using loaded = load([x, old, now], assign(old, add(x, int(5))), assign(now, add(x, int(-1), undefined, 'new')));
    loaded.run();
    loaded.run();
    expect(wordsOf(loaded.scalar('map_x'))[0]).toBe(8n);
    expect(wordsOf(loaded.scalar('map_old'))[0]).toBe(4n);
    expect(wordsOf(loaded.scalar('map_new'))[0]).toBe(8n);
  });

  test('delete unsets', () => {
    const x = map('@x', INT64);
    using loaded = load([x], assign(x, int(7)), evaluate({ kind: 'delete', map: x, type: INT64, span: SPAN }));
    loaded.run();
    expect(wordsOf(loaded.scalar('map_x'))).toEqual([0n, 0n]);
  });

  test('strings are padded with zeros', () => {
    const x = map('@x', stringOf(99));
    const address = cString('a longer text');
    using loaded = load([x], assign(x, str(arg(0), 99)));
    loaded.run([cString('x'.repeat(90))]);
    loaded.run([address]);
    const value = loaded.scalar('map_x');
    expect(value.subarray(0, 104)).toEqual(Buffer.concat([Buffer.from('a longer text'), Buffer.alloc(91)]));
    expect(value.readBigUInt64LE(104)).toBe(1n);
  });
});

describe('keyed maps', () => {
  test('integers', () => {
    const x = map('@x', INT64, INT64);
    using loaded = load([x], assign(x, arg(1), arg(0)));
    loaded.run([1n, 10n]);
    loaded.run([2n, 20n]);
    loaded.run([1n, 30n]);
    expect(loaded.entries('map_x')).toEqual(
      new Map([
        [hex(1n), [30n]],
        [hex(2n), [20n]],
      ]),
    );
  });

  test('a missing key reads as zero', () => {
    const [x, y] = [map('@x', INT64, INT64), map('@y', INT64)];
    using loaded = load([x, y], assign(y, binary(read(x, arg(0)), '+', int(1))));
    loaded.run([5n]);
    expect(wordsOf(loaded.scalar('map_y'))[0]).toBe(1n);
  });

  test('tuple keys have no garbage in their padding', () => {
    const key = tuple(cast(arg(0), UINT32), comm, arg(1));
    const x = map('@x', INT64, key.type);
    using loaded = load([x], evaluate(add(x, int(1), key)));
    loaded.run([7n, 8n]);
    loaded.run([7n, 8n]);
    const bytes = Buffer.alloc(32);
    bytes.writeUInt32LE(7, 0);
    ownComm().copy(bytes, 4);
    bytes.writeBigInt64LE(8n, 24);
    expect(loaded.entries('map_x')).toEqual(new Map([[bytes.toString('hex'), [2n]]]));
  });

  test('long string keys are padded', () => {
    const key = tuple(str(arg(0), 200), arg(1));
    const x = map('@x', { kind: 'count' }, key.type);
    using loaded = load([x], aggregate(x, undefined, key));
    loaded.run([cString('y'.repeat(150)), 1n]);
    loaded.run([cString('key'), 1n]);
    loaded.run([cString('key'), 1n]);
    const bytes = Buffer.alloc(216);
    bytes.write('key');
    bytes.writeBigInt64LE(1n, 208);
    expect(sums(loaded.entries('map_x').get(bytes.toString('hex'))!, 1)).toEqual([2n]);
  });

  test('has_key and delete', () => {
    const [x, had, left] = [map('@x', INT64, INT64), map('@had', INT64), map('@left', INT64)];
    const key = arg(0);
    using loaded = load(
      [x, had, left],
      assign(x, int(1), key),
      assign(had, { kind: 'delete', map: x, key, type: { kind: 'bool' }, span: SPAN }),
      assign(left, { kind: 'has-key', map: x, key, type: { kind: 'bool' }, span: SPAN }),
    );
    loaded.run([5n]);
    expect(wordsOf(loaded.scalar('map_had'))[0]).toBe(1n);
    expect(wordsOf(loaded.scalar('map_left'))[0]).toBe(0n);
    expect(loaded.entries('map_x').size).toBe(0);
  });

  test('a full map loses updates and counts them', () => {
    const x = map('@x', INT64, INT64, 2);
    using loaded = load([x], evaluate(add(x, int(1), arg(0))));
    for (const key of [1n, 2n, 3n, 4n]) loaded.run([key]);
    expect(loaded.entries('map_x').size).toBe(2);
    expect(loaded.lost(LEDGER.mapFull)).toBe(2n);
  });

  test('the number of entries', () => {
    const [x, n] = [map('@x', INT64, INT64), map('@n', INT64)];
    using loaded = load(
      [x, n],
      assign(x, int(1), arg(0)),
      assign(n, { kind: 'map-length', map: x, type: INT64, span: SPAN }),
    );
    for (const key of [1n, 2n, 3n]) loaded.run([key]);
    expect(wordsOf(loaded.scalar('map_n'))[0]).toBe(3n);
  });
});

describe('aggregates', () => {
  const values = [5n, -2n, 9n];
  test.each<[string, Type, number, bigint[]]>([
    ['count', { kind: 'count' }, 1, [3n]],
    ['sum', { kind: 'sum', signed: true }, 1, [12n]],
    ['avg', { kind: 'avg', signed: true }, 2, [12n, 3n]],
    ['stats', { kind: 'stats', signed: true }, 2, [12n, 3n]],
  ])('%s', (_name, type, words, expected) => {
    const [x, y] = [map('@x', type), map('@y', type, INT64)];
    const value = type.kind === 'count' ? undefined : arg(0);
    using loaded = load([x, y], aggregate(x, value), aggregate(y, value, int(1)));
    for (const v of values) loaded.run([v]);
    const scalar = wordsOf(loaded.scalar('map_x'));
    expect(sums(scalar, words + 1).slice(0, words)).toEqual(expected);
    expect(sums(scalar, words + 1)[words]).toBeGreaterThan(0n);
    expect(sums(loaded.entries('map_y').get(hex(1n))!, words)).toEqual(expected);
  });

  test.each<[string, Type, bigint]>([
    ['min', { kind: 'min', signed: true }, -2n],
    ['max', { kind: 'max', signed: true }, 9n],
    ['unsigned max', { kind: 'max', signed: false }, -2n],
  ])('%s', (_name, type, expected) => {
    const [x, y, seen] = [map('@x', type), map('@y', type, INT64), map('@seen', INT64)];
    using loaded = load([x, y, seen], aggregate(x, arg(0)), aggregate(y, arg(0), int(1)), assign(seen, read(x)));
    for (const v of values) loaded.run([v]);
    const found = [
      loaded.scalar('map_x'),
      Buffer.from(BigInt64Array.from(loaded.entries('map_y').get(hex(1n))!).buffer),
    ];
    for (const [i, perCpu] of [3, 2].entries()) {
      const words = wordsOf(found[i]!);
      const set = words.filter((_word, at) => at % perCpu === 0 && words[at + 1] === 1n);
      expect(set).toContain(expected);
    }
    expect(wordsOf(loaded.scalar('map_seen'))[0]).toBe(expected);
  });

  test('are read as their sum over CPUs', () => {
    const [x, total] = [map('@x', { kind: 'count' }, UINT64), map('@total', INT64)];
    using loaded = load([x, total], aggregate(x, undefined, arg(0)), assign(total, read(x, arg(0))));
    for (let i = 0; i < 5; i++) loaded.run([3n]);
    expect(wordsOf(loaded.scalar('map_total'))[0]).toBe(5n);
  });

  test.each([
    [[5n, -2n, 9n], true, 4n],
    [[-5n, -6n], true, -5n],
    [[], true, 0n],
    [[1n, 4n], false, 2n],
  ])('the average of %s (signed: %s) reads as %s', (inputs, signed, expected) => {
    const [x, seen] = [map('@x', { kind: 'avg', signed }), map('@seen', INT64)];
    using loaded = load([x, seen], when(arg(1), [aggregate(x, arg(0))]), assign(seen, read(x)));
    for (const input of [...inputs]) loaded.run([input, 1n]);
    if (inputs.length === 0) loaded.run([0n, 0n]);
    expect(wordsOf(loaded.scalar('map_seen'))[0]).toBe(expected);
  });

  const samples = [-5n, 0n, 1n, 2n, 3n, 4n, 7n, 8n, 100n, 1023n, 1024n, 1n << 40n, (1n << 63n) - 1n];
  test.each([0, 1, 3, 5])('hist of %s bits', (bits) => {
    const type = { kind: 'hist', bits } as const;
    const [x, y] = [map('@x', type), map('@y', type, UINT32)];
    using loaded = load([x, y], aggregate(x, arg(0)), aggregate(y, arg(0), cast(arg(1), UINT32)));
    for (const sample of samples) loaded.run([sample, 9n]);
    const expected = new Map<number, bigint>();
    for (const sample of samples)
      expected.set(histBucketOf(sample, bits), (expected.get(histBucketOf(sample, bits)) ?? 0n) + 1n);
    const words = wordsOf(loaded.scalar('map_x'));
    const counts = sums(words, loaded.maps.get('map_x')!.spec.valueSize / 8);
    expect(new Map([...counts.entries()].filter(([, count]) => count > 0n))).toEqual(expected);
    const keyed = [...loaded.entries('map_y')].map(([key, counts]) => {
      const bytes = Buffer.from(key, 'hex');
      expect(bytes.readBigUInt64LE(0)).toBe(9n);
      return [Number(bytes.readBigUInt64LE(8)), sums(counts, 1)[0]!] as const;
    });
    expect(new Map(keyed)).toEqual(expected);
  });

  test.each([
    [0n, 100n, 10n],
    [-50n, 50n, 8n],
    [0n, 1_000_000_000_000n, 1_000_000_001n],
  ])('lhist from %s to %s by %s', (min, max, step) => {
    const x = map('@x', { kind: 'lhist', min, max, step });
    using loaded = load([x], aggregate(x, arg(0)));
    const inputs = [min - 1n, min, min + step - 1n, min + step, max - 1n, max, max + 1n];
    for (const input of inputs) loaded.run([input]);
    const counts = sums(wordsOf(loaded.scalar('map_x')), loaded.maps.get('map_x')!.spec.valueSize / 8);
    const expected = counts.map((_count, bucket) =>
      BigInt(inputs.filter((input) => lhistBucketOf(input, min, max, step) === bucket).length),
    );
    expect(counts).toEqual(expected);
  });
});

test('builtins are of this process', () => {
  const [p, c] = [map('@p', UINT32), map('@c', COMM)];
  using loaded = load([p, c], assign(p, builtin('pid', UINT32)), assign(c, comm));
  loaded.run();
  expect(wordsOf(loaded.scalar('map_p'))[0]).toBe(BigInt(process.pid));
  expect(loaded.scalar('map_c').subarray(0, 16)).toEqual(ownComm());
});

describe('an entry that is read twice', () => {
  test('is looked up again behind what changes it', () => {
    const [x, y] = [map('@x', INT64, INT64), map('@y', INT64, INT64)];
    const key = arg(0);
    using loaded = load(
      [x, y],
      assign(y, read(x, key), int(1)),
      when(arg(1), [assign(x, int(5), key)]),
      assign(y, read(x, key), int(2)),
      evaluate({ kind: 'delete', map: x, key, type: { kind: 'bool' }, span: SPAN }),
      assign(y, read(x, key), int(3)),
    );
    loaded.run([7n, 1n]);
    expect(loaded.entries('map_y')).toEqual(
      new Map([
        [hex(1n), [0n]],
        [hex(2n), [5n]],
        [hex(3n), [0n]],
      ]),
    );
  });

  test('is looked up in each step of a loop', () => {
    const [x, sum] = [map('@x', INT64, INT64), map('@sum', INT64)];
    const i = variable('$i');
    const body = [evaluate(add(sum, read(x, arg(0)))), assign(x, read(i), arg(0))];
    using loaded = load([x, sum], when(read(x, arg(0)), []), forRange(i, int(0), int(4), ...body));
    loaded.run([7n]);
    expect(wordsOf(loaded.scalar('map_sum'))[0]).toBe(3n);
  });

  test('costs one lookup where nothing does', () => {
    const [x, y] = [map('@x', INT64, INT64), map('@y', INT64)];
    const body = [assign(y, binary(read(x, arg(0)), '+', read(x, arg(0))))];
    const { programs } = compileTree(script([begin(body, { predicate: read(x, arg(0)) })], [x, y]), {}, thisKernel);
    const lookups = programs[0]!.spec.instructions.filter(({ kind }) => kind === 'call');
    expect(lookups).toHaveLength(1);
  });
});
