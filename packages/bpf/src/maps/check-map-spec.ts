import type { MapSpec, MapType } from '../spec/index.ts';
import { MapError } from './map-error.ts';

interface Rule {
  readonly keySize?: number;
  readonly valueSize?: number;
  /** Flags without which the kernel refuses the type. */
  readonly flags?: number;
  /** The first Linux release with the type. */
  readonly since: string;
}

const BPF_F_NO_PREALLOC = 1;

/** What kernel/bpf/*map*.c demand of a type before anything else; sizes that are not named are free. */
export const MAP_RULES: Readonly<Record<MapType, Rule>> = {
  hash: { since: '3.19' },
  array: { keySize: 4, since: '3.19' },
  'prog-array': { keySize: 4, valueSize: 4, since: '4.2' },
  'perf-event-array': { keySize: 4, valueSize: 4, since: '4.3' },
  'percpu-hash': { since: '4.6' },
  'percpu-array': { keySize: 4, since: '4.6' },
  'stack-trace': { keySize: 4, since: '4.6' },
  'cgroup-array': { keySize: 4, valueSize: 4, since: '4.8' },
  'lru-hash': { since: '4.10' },
  'lru-percpu-hash': { since: '4.10' },
  'lpm-trie': { flags: BPF_F_NO_PREALLOC, since: '4.11' },
  'array-of-maps': { keySize: 4, valueSize: 4, since: '4.12' },
  'hash-of-maps': { valueSize: 4, since: '4.12' },
  devmap: { keySize: 4, since: '4.14' },
  sockmap: { keySize: 4, since: '4.14' },
  cpumap: { keySize: 4, since: '4.15' },
  xskmap: { keySize: 4, valueSize: 4, since: '4.18' },
  sockhash: { since: '4.18' },
  'cgroup-storage': { since: '4.19' },
  'reuseport-sockarray': { keySize: 4, since: '4.19' },
  'percpu-cgroup-storage': { since: '4.20' },
  queue: { keySize: 0, since: '4.20' },
  stack: { keySize: 0, since: '4.20' },
  'sk-storage': { keySize: 4, flags: BPF_F_NO_PREALLOC, since: '5.2' },
  'devmap-hash': { keySize: 4, since: '5.4' },
  'struct-ops': { keySize: 4, since: '5.6' },
  ringbuf: { keySize: 0, valueSize: 0, since: '5.8' },
  'inode-storage': { keySize: 4, flags: BPF_F_NO_PREALLOC, since: '5.10' },
  'task-storage': { keySize: 4, flags: BPF_F_NO_PREALLOC, since: '5.11' },
  'bloom-filter': { keySize: 0, since: '5.16' },
  'user-ringbuf': { keySize: 0, valueSize: 0, since: '6.1' },
  'cgrp-storage': { keySize: 4, flags: BPF_F_NO_PREALLOC, since: '6.2' },
  arena: { keySize: 0, valueSize: 0, since: '6.9' },
};

const PER_CPU: ReadonlySet<MapType> = new Set([
  'percpu-hash',
  'percpu-array',
  'lru-percpu-hash',
  'percpu-cgroup-storage',
]);

const INDEXED: ReadonlySet<MapType> = new Set(['array', 'percpu-array']);

/** Whether an entry has a value for each possible CPU. */
export function isPerCpu(type: MapType): boolean {
  return PER_CPU.has(type);
}

/** Whether every key below `maxEntries` is always there, so that entries can be zeroed but not deleted. */
export function isIndexed(type: MapType): boolean {
  return INDEXED.has(type);
}

/**
 * Finds what the kernel would answer with a bare EINVAL.
 *
 * @throws MapError
 */
export function checkMapSpec(spec: MapSpec, pageSize: number): void {
  const rule = MAP_RULES[spec.type];
  expect(spec, 'key size', spec.keySize, rule.keySize);
  expect(spec, 'value size', spec.valueSize, rule.valueSize);
  if (spec.type === 'ringbuf' || spec.type === 'user-ringbuf') checkRingSize(spec, pageSize);
  else if (spec.maxEntries <= 0 && needsEntries(spec.type))
    refuse(spec, `${spec.maxEntries} entries, expected at least 1`);
  if (spec.type === 'stack-trace' && spec.valueSize % 8 !== 0) {
    refuse(spec, `value size ${spec.valueSize}, expected a multiple of 8`);
  }
  if (spec.type === 'lpm-trie' && spec.keySize < 5) refuse(spec, `key size ${spec.keySize}, expected at least 5`);
}

function needsEntries(type: MapType): boolean {
  return type !== 'perf-event-array' && !type.endsWith('-storage');
}

function checkRingSize(spec: MapSpec, pageSize: number): void {
  const size = spec.maxEntries;
  const isPowerOfTwo = size > 0 && Number.isInteger(Math.log2(size));
  if (!isPowerOfTwo || size % pageSize !== 0) {
    refuse(spec, `${size} bytes, expected a power of two of at least a page (${pageSize})`);
  }
}

function expect(spec: MapSpec, what: string, value: number, wanted: number | undefined): void {
  if (wanted !== undefined && value !== wanted) refuse(spec, `${what} ${value}, expected ${wanted}`);
}

function refuse(spec: MapSpec, why: string): never {
  throw new MapError('INVALID_SPEC', spec.name, `cannot create map "${spec.name}": ${why}`);
}
