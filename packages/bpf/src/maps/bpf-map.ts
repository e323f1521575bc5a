import { MAP_TYPES, type MapSpec, type MapType } from '../spec/index.ts';
import { bpf, bpfAttr, objectInfo } from '../sys/bpf.ts';
import { ENOENT } from '../sys/errno.ts';
import type { Fd } from '../sys/fd.ts';
import { addressOf, syscall } from '../sys/ffi.ts';
import { KernelStruct } from '../sys/kernel-struct.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { SYSCALL } from '../sys/syscall-numbers.ts';
import { isIndexed, isPerCpu } from './check-map-spec.ts';
import { createMap } from './create-map.ts';
import { type BatchMap, deleteBatch, readBatches, updateBatch } from './map-batch.ts';
import { eachEntry, type MapEntries } from './map-entries.ts';
import { MapError } from './map-error.ts';
import { possibleCpus } from './possible-cpus.ts';

/** Flags of `update`. */
export const UPDATE_FLAGS = { any: 0, 'no-exist': 1, exist: 2 } as const;

export type UpdateMode = keyof typeof UPDATE_FLAGS;

/** `struct bpf_map_info`, what of it is of use. */
export interface MapInfo {
  readonly id: number;
  readonly type: MapType | `type ${number}`;
  readonly name: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

// enum bpf_cmd, for the calls that are made key by key and so skip `bpf`.
const LOOKUP = 1;
const UPDATE = 2;
const DELETE = 3;
const NEXT_KEY = 4;

/** Offsets in the `BPF_MAP_*_ELEM` part of `union bpf_attr`. */
const ELEMENT = { fd: 0, key: 8, value: 16, flags: 24, size: 32 } as const;

/**
 * A map in the kernel, as bytes: keys and values have the machine's byte order. `TypedMap` gives them types.
 *
 * In per-CPU maps a value holds all possible CPUs' values back to back, each rounded up to 8 bytes (`valueStride`
 * together).
 */
export class BpfMap {
  readonly spec: MapSpec;
  /** Bytes of one entry's value as `lookup` returns and `update` takes it. */
  readonly valueStride: number;
  readonly #fd: Fd;
  // One request block for the life of the map, pointing at the same three buffers: a lookup writes a key, enters the
  // kernel and copies the value.
  readonly #request = new KernelStruct(ELEMENT.size);
  readonly #requestAddress: number;
  readonly #key: Buffer;
  readonly #value: Buffer;
  readonly #keyAddress: number;

  /** @throws MapError, UnsupportedError, SyscallError */
  static create(spec: MapSpec, options: { readonly inner?: BpfMap } = {}): BpfMap {
    if (options.inner !== undefined || spec.inner === undefined) {
      return new BpfMap(spec, createMap(spec, options.inner?.fd));
    }
    // The kernel copies the shape of the inner map and does not keep it.
    using inner = BpfMap.create(spec.inner);
    return new BpfMap(spec, createMap(spec, inner.fd));
  }

  private constructor(spec: MapSpec, fd: Fd) {
    this.spec = spec;
    this.#fd = fd;
    this.valueStride = isPerCpu(spec.type) ? roundUp8(spec.valueSize) * possibleCpus() : spec.valueSize;
    this.#key = Buffer.alloc(Math.max(8, spec.keySize));
    this.#value = Buffer.alloc(Math.max(8, spec.keySize, this.valueStride));
    // Queues and stacks have no keys; the kernel then wants NULL.
    this.#keyAddress = spec.keySize === 0 ? 0 : addressOf(this.#key);
    this.#request
      .u32(ELEMENT.fd, fd.number)
      .u64(ELEMENT.key, this.#keyAddress)
      .u64(ELEMENT.value, addressOf(this.#value));
    this.#requestAddress = this.#request.address();
  }

  /** @throws TypeError once closed. */
  get fd(): number {
    return this.#fd.number;
  }

  get name(): string {
    return this.spec.name;
  }

  get closed(): boolean {
    return this.#fd.closed;
  }

  info(): MapInfo {
    const info = objectInfo(`cannot inspect map "${this.name}"`, this.fd, 40);
    return {
      type: mapTypeName(info.readU32(0)),
      id: info.readU32(4),
      keySize: info.readU32(8),
      valueSize: info.readU32(12),
      maxEntries: info.readU32(16),
      flags: info.readU32(20),
      name: info.readChars(24, 16),
    };
  }

  /** The value of `key`, copied; undefined where there is none. @throws MapError, SyscallError */
  lookup(key: Uint8Array): Buffer | undefined {
    this.#setKey(key);
    const result = this.#enter(LOOKUP);
    if (result === -ENOENT) return undefined;
    if (result < 0) throw this.#error('cannot look up in', 'BPF_MAP_LOOKUP_ELEM', result);
    return this.#copyOfValue(this.valueStride);
  }

  /** @throws MapError; SyscallError with EEXIST or ENOENT where `mode` is not met, E2BIG where the map is full. */
  update(key: Uint8Array, value: Uint8Array, mode: UpdateMode = 'any'): void {
    if (value.length !== this.valueStride) {
      const wanted = `value has ${value.length} bytes, expected ${this.valueStride}`;
      throw new MapError('INVALID_VALUE', this.name, `cannot update map "${this.name}": ${wanted}`);
    }
    this.#setKey(key);
    this.#value.set(value);
    this.#request.u32(ELEMENT.flags, UPDATE_FLAGS[mode]);
    const result = this.#enter(UPDATE);
    if (mode !== 'any') this.#request.u32(ELEMENT.flags, 0);
    if (result < 0) throw this.#error('cannot update', 'BPF_MAP_UPDATE_ELEM', result);
  }

  /** Sets an entry of a map whose values are descriptors: a program, an inner map, a perf event, a cgroup. */
  updateFd(key: Uint8Array, fd: number): void {
    const value = Buffer.alloc(4);
    value.writeUInt32LE(fd);
    this.update(key, value);
  }

  /** @returns whether the key was there. @throws MapError; SyscallError with EINVAL for arrays. */
  delete(key: Uint8Array): boolean {
    this.#setKey(key);
    // The kernel wants no value beside the key: it sees the request only up to there.
    const result = this.#enter(DELETE, ELEMENT.value);
    if (result < 0 && result !== -ENOENT) throw this.#error('cannot delete from', 'BPF_MAP_DELETE_ELEM', result);
    return result >= 0;
  }

  /**
   * Keys one by one. Where the program changes the map meanwhile, keys may come twice or not at all; it ends after
   * `maxEntries` in any case. `readAll` has no such fault.
   */
  *keys(): Iterable<Buffer> {
    const { keySize, maxEntries } = this.spec;
    let previous: Buffer | undefined;
    for (let count = 0; count < maxEntries; count++) {
      const result = previous === undefined ? this.#enterWithoutKey() : this.#enterAfter(previous);
      if (result === -ENOENT) return;
      if (result < 0) throw this.#error('cannot list the keys of', 'BPF_MAP_GET_NEXT_KEY', result);
      previous = this.#copyOfValue(keySize);
      yield previous;
    }
  }

  /** Every entry, as views into one snapshot. */
  entries(): Iterable<[key: Buffer, value: Buffer]> {
    return eachEntry(this.readAll());
  }

  /** All entries, in batches where the kernel has them (Linux 5.6) and key by key elsewhere. @throws SyscallError */
  readAll(): MapEntries {
    return readBatches(this.#batch(), 'BPF_MAP_LOOKUP_BATCH') ?? this.#readByKey();
  }

  /**
   * Reads all entries and removes them, or zeroes them in arrays. In a hash each bucket is read and emptied under its
   * lock, so no update of a program falls between; elsewhere, updates between the read and the reset are lost.
   */
  takeAll(): MapEntries {
    if (!isIndexed(this.spec.type)) {
      const taken = readBatches(this.#batch(), 'BPF_MAP_LOOKUP_AND_DELETE_BATCH');
      if (taken !== undefined) return taken;
    }
    const entries = this.readAll();
    if (isIndexed(this.spec.type)) this.#setZero(entries);
    else this.#deleteKeys(entries);
    return entries;
  }

  /** Removes all entries; in arrays, zeroes them. */
  clear(): void {
    this.takeAll();
  }

  /** Sets every value that is there to zeros and keeps the keys. */
  zero(): void {
    this.#setZero(this.readAll());
  }

  /** Sets many entries, in one system call where the kernel can (Linux 5.6). @throws MapError, SyscallError */
  updateAll(entries: MapEntries): void {
    if (entries.count === 0) return;
    const { keySize } = this.spec;
    if (entries.keyStride !== keySize || entries.valueStride !== this.valueStride) {
      const sizes = `entries of ${entries.keyStride} + ${entries.valueStride} bytes`;
      const wanted = `expected ${keySize} + ${this.valueStride}`;
      throw new MapError('INVALID_VALUE', this.name, `cannot update map "${this.name}": ${sizes}, ${wanted}`);
    }
    if (updateBatch(this.#batch(), entries, UPDATE_FLAGS.any)) return;
    for (const [key, value] of eachEntry(entries)) this.update(key, value);
  }

  /** Programs may still write, user space no more: BPF_MAP_FREEZE, Linux 5.2. */
  freeze(): void {
    bpf(`cannot freeze map "${this.name}"`, 'BPF_MAP_FREEZE', bpfAttr(8).u32(0, this.fd));
  }

  close(): void {
    this.#fd.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #batch(): BatchMap {
    const { name, fd, valueStride } = this;
    const { keySize, maxEntries } = this.spec;
    return { name, fd, keySize, valueStride, maxEntries };
  }

  #setKey(key: Uint8Array): void {
    const { keySize } = this.spec;
    if (key.length !== keySize) {
      const wanted = `key has ${key.length} bytes, expected ${keySize}`;
      throw new MapError('INVALID_KEY', this.name, `cannot access map "${this.name}": ${wanted}`);
    }
    this.#key.set(key);
  }

  /** The first key. */
  #enterWithoutKey(): number {
    this.#request.u64(ELEMENT.key, 0);
    const result = this.#enter(NEXT_KEY);
    this.#request.u64(ELEMENT.key, this.#keyAddress);
    return result;
  }

  #enterAfter(key: Buffer): number {
    this.#key.set(key);
    return this.#enter(NEXT_KEY);
  }

  #copyOfValue(sizeBytes: number): Buffer {
    const copy = Buffer.allocUnsafe(sizeBytes);
    this.#value.copy(copy, 0, 0, sizeBytes);
    return copy;
  }

  #enter(command: number, sizeBytes: number = ELEMENT.size): number {
    if (this.#fd.closed) throw new TypeError(`map "${this.name}" is closed`);
    return syscall(SYSCALL.bpf, command, this.#requestAddress, sizeBytes);
  }

  #error(what: string, command: string, result: number): SyscallError {
    return new SyscallError(`${what} map "${this.name}"`, `bpf(${command})`, -result);
  }

  #readByKey(): MapEntries {
    const keys: Buffer[] = [];
    const values: Buffer[] = [];
    for (const key of [...this.keys()]) {
      const value = this.lookup(key);
      if (value === undefined) continue; // Deleted meanwhile.
      keys.push(key);
      values.push(value);
    }
    return {
      count: keys.length,
      keys: Buffer.concat(keys),
      values: Buffer.concat(values),
      keyStride: this.spec.keySize,
      valueStride: this.valueStride,
    };
  }

  #setZero(entries: MapEntries): void {
    this.updateAll({ ...entries, values: Buffer.alloc(entries.values.length) });
  }

  #deleteKeys(entries: MapEntries): void {
    if (entries.count === 0) return;
    const { keyStride } = entries;
    try {
      if (deleteBatch(this.#batch(), entries.keys, entries.count)) return;
    } catch (error) {
      // A key that a program deleted first ends the batch: go on one by one.
      if (!(error instanceof SyscallError && error.errno === ENOENT)) throw error;
    }
    for (let i = 0; i < entries.count; i++) this.delete(entries.keys.subarray(i * keyStride, (i + 1) * keyStride));
  }
}

const TYPE_NAMES = new Map<number, MapType>(Object.entries(MAP_TYPES).map(([name, id]) => [id, name as MapType]));

function mapTypeName(type: number): MapInfo['type'] {
  return TYPE_NAMES.get(type) ?? `type ${type}`;
}

function roundUp8(size: number): number {
  return (size + 7) & ~7;
}
