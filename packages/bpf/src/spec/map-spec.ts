/** A map as a description, before the kernel knows it. */

/** enum bpf_map_type, include/uapi/linux/bpf.h. */
export const MAP_TYPES = {
  hash: 1,
  array: 2,
  'prog-array': 3,
  'perf-event-array': 4,
  'percpu-hash': 5,
  'percpu-array': 6,
  'stack-trace': 7,
  'cgroup-array': 8,
  'lru-hash': 9,
  'lru-percpu-hash': 10,
  'lpm-trie': 11,
  'array-of-maps': 12,
  'hash-of-maps': 13,
  devmap: 14,
  sockmap: 15,
  cpumap: 16,
  xskmap: 17,
  sockhash: 18,
  'cgroup-storage': 19,
  'reuseport-sockarray': 20,
  'percpu-cgroup-storage': 21,
  queue: 22,
  stack: 23,
  'sk-storage': 24,
  'devmap-hash': 25,
  'struct-ops': 26,
  ringbuf: 27,
  'inode-storage': 28,
  'task-storage': 29,
  'bloom-filter': 30,
  'user-ringbuf': 31,
  'cgrp-storage': 32,
  arena: 33,
} as const;

export type MapType = keyof typeof MAP_TYPES;

export interface MapSpec {
  /** Unique in its collection. The kernel gets its first 15 characters, with what it does not allow replaced by `_`. */
  readonly name: string;
  readonly type: MapType;
  /** Bytes; 0 for ring buffers. */
  readonly keySize: number;
  /** Bytes of one value (of one CPU's, in per-CPU maps); 0 for ring buffers. */
  readonly valueSize: number;
  /** Entries; bytes (a power of two of at least a page) for ring buffers; 0 in perf event arrays: one a possible CPU. */
  readonly maxEntries: number;
  /** BPF_F_… of map creation. */
  readonly flags?: number;
  /** The shape of the inner maps of a map-in-map. */
  readonly inner?: MapSpec;
}
