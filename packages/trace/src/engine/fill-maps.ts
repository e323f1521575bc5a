import type { BpfMap } from '@waggle/bpf';
import { readClock } from '@waggle/bpf/sys';
import { GLOBALS, INTERNAL_MAPS } from '@waggle/bpftrace';

/** Tells the programs when the trace starts: now; and how far TAI is from the clock that every kernel gives them. */
export function fillGlobals(maps: ReadonlyMap<string, BpfMap>): void {
  const map = maps.get(INTERNAL_MAPS.globals);
  if (map === undefined) return;
  const value = Buffer.alloc(map.valueStride);
  value.writeBigUInt64LE(readClock('boot'), GLOBALS.startNs);
  value.writeBigInt64LE(readClock('tai') - readClock('monotonic'), GLOBALS.taiOffsetNs);
  map.update(Buffer.alloc(4), value);
}
