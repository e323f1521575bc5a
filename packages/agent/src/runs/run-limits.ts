import type { MapSpec } from '@waggle/bpf/spec';
import { formatByteSize } from '../options/byte-size.ts';

/** What traces may take of a node. */
export interface RunLimits {
  /** That run at a time. */
  readonly traces: number;
  /** Ring buffer of a trace that does not ask for one. */
  readonly ringBytes: number;
  readonly maxRingBytes: number;
  readonly maxTotalRingBytes: number;
  /** Of one trace, in the kernel. */
  readonly maxMapBytes: number;
  /** Kept of one trace's stream. */
  readonly logBytes: number;
  readonly maxTotalLogBytes: number;
}

/** What runs already. */
export interface RunUsage {
  readonly traces: number;
  readonly ringBytes: number;
}

/** Why one more trace with such a ring buffer cannot run; undefined where it can. */
export function limitReached(ringBytes: number, usage: RunUsage, limits: RunLimits): string | undefined {
  if (usage.traces >= limits.traces)
    return `this node runs ${usage.traces} traces already, its limit is ${limits.traces} (--max-traces of the agent)`;
  if (ringBytes > limits.maxRingBytes)
    return `a ring buffer of ${formatByteSize(ringBytes)} is too large, the limit is ${formatByteSize(limits.maxRingBytes)} (--max-ring-bytes of the agent)`;
  const total = usage.ringBytes + ringBytes;
  if (total > limits.maxTotalRingBytes)
    return `the ring buffers of this node would take ${formatByteSize(total)}, the limit is ${formatByteSize(limits.maxTotalRingBytes)} (--max-total-ring-bytes of the agent)`;
  return undefined;
}

/** Why maps are too large for a node; undefined where they are not. */
export function mapLimitReached(maps: readonly MapSpec[], cpus: number, limits: RunLimits): string | undefined {
  const bytes = maps.reduce((sum, map) => sum + mapBytes(map, cpus), 0);
  if (bytes <= limits.maxMapBytes) return undefined;
  const mebibytes = Math.ceil(bytes / 1024 ** 2);
  return `the maps of this trace would take ${mebibytes}Mi in the kernel, the limit is ${formatByteSize(limits.maxMapBytes)} (--max-map-bytes of the agent)`;
}

/** Of a hash map, the kernel keeps some 64 bytes an entry beside key and value; see `htab_map_mem_usage` of kernel/bpf/hashtab.c. */
const ENTRY_BYTES = 64;

/** About: full, as the kernel would allocate it. Ring buffers have limits of their own. */
function mapBytes({ type, keySize = 0, valueSize = 0, maxEntries = 0 }: MapSpec, cpus: number): number {
  if (type === 'ringbuf') return 0;
  const copies = type.startsWith('percpu') ? cpus : 1;
  const perEntry = type.includes('array') ? 0 : keySize + ENTRY_BYTES;
  return maxEntries * (perEntry + Math.ceil(valueSize / 8) * 8 * copies);
}
