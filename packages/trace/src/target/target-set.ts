import type { BpfMap } from '@waggle/bpf';
import { INTERNAL_MAPS } from '@waggle/bpftrace';
import type { ResolvedTarget } from './target.ts';

/**
 * Keeps the set that the guard looks in (`waggle_targets`) in step with the target: filled when this is made, followed until it is closed. A
 * script without a guard has no such set.
 */
export class TargetSet {
  readonly #map: BpfMap | undefined;
  readonly #following: { close(): void } | undefined;

  /** @param onFailure the kernel does not take a cgroup: the set is full. */
  constructor(maps: ReadonlyMap<string, BpfMap>, target: ResolvedTarget, onFailure: (error: unknown) => void) {
    this.#map = maps.get(INTERNAL_MAPS.targets);
    const map = this.#map;
    if (map === undefined) return;
    addAll(map, target.cgroupIds);
    this.#following = target.follow?.({
      add: (ids) => {
        try {
          addAll(map, ids);
        } catch (error) {
          onFailure(error);
        }
      },
      remove: (ids) => {
        for (const id of ids) map.delete(keyOf(id));
      },
    });
  }

  close(): void {
    this.#following?.close();
  }
}

function addAll(map: BpfMap, cgroupIds: readonly bigint[]): void {
  const { keySize } = map.spec;
  const keys = Buffer.concat(cgroupIds.map(keyOf));
  const values = Buffer.alloc(cgroupIds.length * map.valueStride, 1);
  map.updateAll({ count: cgroupIds.length, keys, values, keyStride: keySize, valueStride: map.valueStride });
}

function keyOf(cgroupId: bigint): Buffer {
  const key = Buffer.alloc(8);
  key.writeBigUInt64LE(cgroupId);
  return key;
}
