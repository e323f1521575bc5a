import { type BpfCommand, bpfAttr, tryBpf } from '../sys/bpf.ts';
import { EINVAL, ENOENT, ENOSPC, ENOTSUPP } from '../sys/errno.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import type { MapEntries } from './map-entries.ts';

/** What the batch commands need to know of a map. */
export interface BatchMap {
  readonly name: string;
  readonly fd: number;
  readonly keySize: number;
  /** Bytes of one entry's value as they cross the system call: of all CPUs' together in per-CPU maps. */
  readonly valueStride: number;
  readonly maxEntries: number;
}

/**
 * Bytes of values to ask for at a time: much fewer calls than entries, without a large buffer for a nearly empty map.
 */
const BATCH_BYTES = 256 * 1024;

type ReadCommand = Extract<BpfCommand, 'BPF_MAP_LOOKUP_BATCH' | 'BPF_MAP_LOOKUP_AND_DELETE_BATCH'>;

/**
 * Reads (or takes out) all entries, many a system call (Linux 5.6; per-CPU arrays 5.13). A hash is walked bucket by
 * bucket under its locks: an entry that stays in the map all the while appears exactly once.
 *
 * @returns undefined where the kernel has no batches for this type.
 * @throws SyscallError
 */
export function readBatches(map: BatchMap, command: ReadCommand): MapEntries | undefined {
  const { keySize, valueStride } = map;
  let capacity = Math.max(1, Math.min(map.maxEntries, Math.floor(BATCH_BYTES / (keySize + valueStride))));
  // The position is an opaque u32 in hashes and a key elsewhere.
  let position: Buffer | undefined;
  const keys: Buffer[] = [];
  const values: Buffer[] = [];
  let count = 0;
  for (;;) {
    const next = Buffer.alloc(Math.max(4, keySize));
    const batchKeys = Buffer.allocUnsafeSlow(capacity * keySize);
    const batchValues = Buffer.allocUnsafeSlow(capacity * valueStride);
    const attr = bpfAttr(56)
      .pointer(0, position)
      .pointer(8, next)
      .pointer(16, batchKeys)
      .pointer(24, batchValues)
      .u32(32, capacity)
      .u32(36, map.fd);
    const result = tryBpf(command, attr);
    if (result === -ENOSPC) {
      // One bucket holds more entries than asked for.
      capacity *= 2;
      continue;
    }
    if (result < 0 && result !== -ENOENT) {
      if (isMissing(result) && position === undefined) return undefined;
      throw new SyscallError(`cannot read map "${map.name}"`, `bpf(${command})`, -result);
    }
    const got = attr.readU32(32);
    keys.push(batchKeys.subarray(0, got * keySize));
    values.push(batchValues.subarray(0, got * valueStride));
    count += got;
    if (result === -ENOENT) break;
    position = next;
  }
  return { count, keys: join(keys), values: join(values), keyStride: keySize, valueStride };
}

/**
 * Sets many entries in one system call, from keys and values back to back.
 *
 * @returns false where the kernel has no batches for this type.
 * @throws SyscallError
 */
export function updateBatch(map: BatchMap, entries: MapEntries, flags: number): boolean {
  const attr = bpfAttr(56)
    .pointer(16, entries.keys)
    .pointer(24, entries.values)
    .u32(32, entries.count)
    .u32(36, map.fd)
    .u64(40, flags);
  return finish(map, 'BPF_MAP_UPDATE_BATCH', tryBpf('BPF_MAP_UPDATE_BATCH', attr));
}

/** Deletes many entries in one system call; keys that are not there end it with ENOENT. */
export function deleteBatch(map: BatchMap, keys: Buffer, count: number): boolean {
  const attr = bpfAttr(56).pointer(16, keys).u32(32, count).u32(36, map.fd);
  return finish(map, 'BPF_MAP_DELETE_BATCH', tryBpf('BPF_MAP_DELETE_BATCH', attr));
}

function finish(map: BatchMap, command: BpfCommand, result: number): boolean {
  if (isMissing(result)) return false;
  if (result < 0) throw new SyscallError(`cannot change map "${map.name}"`, `bpf(${command})`, -result);
  return true;
}

/** Maps without the operation say ENOTSUPP; kernels before 5.6, which lack the command, EINVAL. */
function isMissing(result: number): boolean {
  return result === -ENOTSUPP || result === -EINVAL;
}

function join(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
