import { afterEach, describe, expect, test } from 'vitest';
import type { MapSpec, MapType } from '../spec/index.ts';
import { openDescriptors } from '../sys/fd.ts';
import { kernelDescriptors } from '../sys/kernel-descriptors.ts';
import { PAGE_SIZE } from '../sys/mapping.ts';
import { BpfMap } from './bpf-map.ts';
import { encode, u32, u64 } from './codec.ts';
import { eachEntry } from './map-entries.ts';
import { possibleCpus } from './possible-cpus.ts';

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
  expect(kernelDescriptors()).toEqual([]);
});

function spec(type: MapType, more: Partial<MapSpec> = {}): MapSpec {
  return { name: `t_${type}`, type, keySize: 4, valueSize: 8, maxEntries: 16, ...more };
}

const key = (value: number): Buffer => encode(u32, value);
const value = (number: number): Buffer => encode(u64, BigInt(number));
const perCpu = (number: number): Buffer =>
  Buffer.concat(Array.from({ length: possibleCpus() }, (_, i) => value(number + i)));

describe('creation', () => {
  const creatable: readonly MapSpec[] = [
    spec('hash'),
    spec('array'),
    spec('prog-array', { valueSize: 4 }),
    spec('perf-event-array', { valueSize: 4, maxEntries: 0 }),
    spec('percpu-hash'),
    spec('percpu-array'),
    spec('stack-trace', { valueSize: 127 * 8 }),
    spec('cgroup-array', { valueSize: 4 }),
    spec('lru-hash'),
    spec('lru-percpu-hash'),
    spec('lpm-trie', { keySize: 8 }),
    spec('array-of-maps', { valueSize: 4, inner: spec('hash') }),
    spec('hash-of-maps', { valueSize: 4, inner: spec('array') }),
    spec('queue', { keySize: 0 }),
    spec('stack', { keySize: 0 }),
    spec('ringbuf', { keySize: 0, valueSize: 0, maxEntries: 4 * PAGE_SIZE }),
    spec('bloom-filter', { keySize: 0 }),
    spec('user-ringbuf', { keySize: 0, valueSize: 0, maxEntries: 4 * PAGE_SIZE }),
  ];

  test.each(creatable)('$type', (wanted) => {
    using map = BpfMap.create(wanted);
    const info = map.info();
    expect(info.type).toBe(wanted.type);
    expect(info.keySize).toBe(wanted.keySize);
    expect(info.valueSize).toBe(wanted.valueSize);
    expect(info.name).toBe(wanted.name.replaceAll('-', '_').slice(0, 15));
  });

  test('a perf event array without a size has an entry for each possible CPU', () => {
    using map = BpfMap.create(spec('perf-event-array', { valueSize: 4, maxEntries: 0 }));
    expect(map.info().maxEntries).toBe(possibleCpus());
  });

  test.each([
    [spec('array', { keySize: 3 }), 'cannot create map "t_array": key size 3, expected 4'],
    [
      spec('ringbuf', { keySize: 0, valueSize: 0, maxEntries: 5000 }),
      `5000 bytes, expected a power of two of at least a page (${PAGE_SIZE})`,
    ],
    [spec('hash', { maxEntries: 0 }), '0 entries, expected at least 1'],
    [spec('stack-trace', { valueSize: 12 }), 'value size 12, expected a multiple of 8'],
  ])('a spec that no kernel takes: %#', (wanted, message) => {
    expect(() => BpfMap.create(wanted)).toThrow(
      expect.objectContaining({ code: 'INVALID_SPEC', message: expect.stringContaining(message) }),
    );
  });

  test('the kernel’s refusal names the map and the errno', () => {
    expect(() => BpfMap.create(spec('hash', { keySize: 0 }))).toThrow(
      expect.objectContaining({
        code: 'EINVAL',
        errno: 22,
        message: expect.stringContaining('cannot create map "t_hash"'),
      }),
    );
  });
});

describe.each(['hash', 'lru-hash', 'array', 'percpu-hash', 'percpu-array', 'lru-percpu-hash'] as const)(
  '%s',
  (type) => {
    const make = (number: number): Buffer => (type.includes('percpu') ? perCpu(number) : value(number));
    const indexed = type.endsWith('array');

    test('update, lookup, list, batch', () => {
      using map = BpfMap.create(spec(type));
      for (let i = 0; i < 10; i++) map.update(key(i), make(100 + i));
      expect(map.lookup(key(7))).toEqual(make(107));
      const all = map.readAll();
      expect(all.count).toBe(indexed ? 16 : 10);
      const byKey = new Map(Array.from(eachEntry(all), ([k, v]) => [k.readUInt32LE(), Buffer.from(v)]));
      for (let i = 0; i < 10; i++) expect(byKey.get(i)).toEqual(make(100 + i));
      expect([...map.keys()].map((k) => k.readUInt32LE()).sort((a, b) => a - b)).toEqual(
        [...byKey.keys()].sort((a, b) => a - b),
      );
    });

    test('zero keeps the keys, clear does not', () => {
      using map = BpfMap.create(spec(type));
      for (let i = 0; i < 5; i++) map.update(key(i), make(i + 1));
      map.zero();
      expect(map.lookup(key(3))).toEqual(Buffer.alloc(map.valueStride));
      map.update(key(3), make(9));
      const taken = map.takeAll();
      expect([...eachEntry(taken)].some(([k, v]) => k.readUInt32LE() === 3 && v.equals(make(9)))).toBe(true);
      expect(map.lookup(key(3))).toEqual(indexed ? Buffer.alloc(map.valueStride) : undefined);
      expect(map.readAll().count).toBe(indexed ? 16 : 0);
    });
  },
);

test('deletion and update modes', () => {
  using map = BpfMap.create(spec('hash'));
  expect(map.delete(key(1))).toBe(false);
  map.update(key(1), value(1), 'no-exist');
  expect(() => map.update(key(1), value(2), 'no-exist')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => map.update(key(2), value(2), 'exist')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  map.update(key(1), value(3));
  expect(map.lookup(key(1))).toEqual(value(3));
  expect(map.delete(key(1))).toBe(true);
  expect(map.lookup(key(1))).toBeUndefined();
});

test('a full hash says E2BIG', () => {
  using map = BpfMap.create(spec('hash', { maxEntries: 2 }));
  map.update(key(1), value(1));
  map.update(key(2), value(1));
  expect(() => map.update(key(3), value(1))).toThrow(
    expect.objectContaining({ code: 'E2BIG', syscall: 'bpf(BPF_MAP_UPDATE_ELEM)' }),
  );
});

test('wrong sizes are refused before the kernel reads beyond a buffer', () => {
  using map = BpfMap.create(spec('percpu-hash'));
  expect(() => map.lookup(Buffer.alloc(3))).toThrow(expect.objectContaining({ code: 'INVALID_KEY' }));
  expect(() => map.update(key(1), value(1).subarray(1))).toThrow(
    expect.objectContaining({
      code: 'INVALID_VALUE',
      message: expect.stringContaining(`value has 7 bytes, expected ${8 * possibleCpus()}`),
    }),
  );
});

test('a hash larger than one batch is read once each', () => {
  const entries = 60_000;
  using map = BpfMap.create(spec('hash', { maxEntries: entries }));
  const keys = Buffer.alloc(entries * 4);
  const values = Buffer.alloc(entries * 8);
  for (let i = 0; i < entries; i++) {
    keys.writeUInt32LE(i, i * 4);
    values.writeBigUInt64LE(BigInt(i) * 3n, i * 8);
  }
  map.updateAll({ count: entries, keys, values, keyStride: 4, valueStride: 8 });
  const all = map.readAll();
  expect(all.count).toBe(entries);
  const seen = new Set<number>();
  for (const [k, v] of eachEntry(all)) {
    seen.add(k.readUInt32LE());
    if (v.readBigUInt64LE() !== BigInt(k.readUInt32LE()) * 3n) expect.fail(`wrong value of key ${k.readUInt32LE()}`);
  }
  expect(seen.size).toBe(entries);
  expect(map.takeAll().count).toBe(entries);
  expect(map.readAll().count).toBe(0);
});

test('a longest prefix wins in an lpm trie, and it is read without batches of its own', () => {
  using map = BpfMap.create(spec('lpm-trie', { keySize: 8 }));
  const prefix = (bits: number, ...address: number[]): Buffer => Buffer.concat([key(bits), Buffer.from(address)]);
  map.update(prefix(8, 10, 0, 0, 0), value(8));
  map.update(prefix(16, 10, 1, 0, 0), value(16));
  expect(map.lookup(prefix(32, 10, 1, 2, 3))).toEqual(value(16));
  expect(map.lookup(prefix(32, 10, 9, 2, 3))).toEqual(value(8));
  expect(map.readAll().count).toBe(2);
  map.clear();
  expect(map.readAll().count).toBe(0);
});

test('inner maps are set by descriptor and hold on without ours', () => {
  using outer = BpfMap.create(spec('hash-of-maps', { valueSize: 4, inner: spec('hash') }));
  const inner = BpfMap.create(spec('hash'));
  const id = inner.info().id;
  outer.updateFd(key(5), inner.fd);
  inner.close();
  expect(outer.lookup(key(5))).toEqual(key(id));
});

test('a frozen map refuses user space', () => {
  using map = BpfMap.create(spec('array'));
  map.freeze();
  expect(() => map.update(key(0), value(1))).toThrow(expect.objectContaining({ code: 'EPERM' }));
  expect(map.lookup(key(0))).toEqual(value(0));
});

test('a closed map says so', () => {
  const map = BpfMap.create(spec('hash'));
  map.close();
  map.close();
  expect(map.closed).toBe(true);
  expect(() => map.lookup(key(1))).toThrow('map "t_hash" is closed');
  expect(() => map.fd).toThrow(TypeError);
});
