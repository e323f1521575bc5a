import type { BpfMap } from '@waggle/bpf';
import { readClock } from '@waggle/bpf/sys';
import { GLOBALS, INTERNAL_MAPS } from '@waggle/bpftrace';

/** Puts the cgroups of the target into the set that the guard looks in. A script without a guard has none. */
export function fillTargetSet(maps: ReadonlyMap<string, BpfMap>, cgroupIds: readonly bigint[]): void {
  const map = maps.get(INTERNAL_MAPS.targets);
  if (map === undefined) return;
  const { keySize } = map.spec;
  const keys = Buffer.alloc(cgroupIds.length * keySize);
  for (const [index, id] of cgroupIds.entries()) keys.writeBigUInt64LE(id, index * keySize);
  const values = Buffer.alloc(cgroupIds.length * map.valueStride, 1);
  map.updateAll({ count: cgroupIds.length, keys, values, keyStride: keySize, valueStride: map.valueStride });
}

/** Tells the programs when the trace starts: now; and how far TAI is from the clock that every kernel gives them. */
export function fillGlobals(maps: ReadonlyMap<string, BpfMap>): void {
  const map = maps.get(INTERNAL_MAPS.globals);
  if (map === undefined) return;
  const value = Buffer.alloc(map.valueStride);
  value.writeBigUInt64LE(readClock('boot'), GLOBALS.startNs);
  value.writeBigInt64LE(readClock('tai') - readClock('monotonic'), GLOBALS.taiOffsetNs);
  map.update(Buffer.alloc(4), value);
}
