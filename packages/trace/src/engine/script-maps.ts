import type { BpfMap, MapEntries } from '@waggle/bpf';
import { AGGREGATE_SIZE, type CompiledScript, layoutOf, roundUp, type ScriptMap } from '@waggle/bpftrace';
import { type MapSnapshot, type RawMapEntry, readMap } from '@waggle/bpftrace/output';

/** The maps of a script, by the names that it calls them, in the kernel. */
export class ScriptMaps {
  readonly #script: CompiledScript;
  readonly #maps: ReadonlyMap<string, BpfMap>;

  /** @param maps by spec name. */
  constructor(script: CompiledScript, maps: ReadonlyMap<string, BpfMap>) {
    this.#script = script;
    this.#maps = maps;
  }

  /** What a map holds now. @throws TypeError where the script has no such map */
  snapshot(name: string): MapSnapshot {
    const [map, kernelMap] = this.#find(name);
    return readMap(map, rawEntries(kernelMap.readAll()));
  }

  /** All of them, in the script's order. */
  snapshots(): MapSnapshot[] {
    return this.#script.maps.map(({ name }) => this.snapshot(name));
  }

  /** Removes all entries; a scalar map is unset afterwards. */
  clear(name: string): void {
    this.#find(name)[1].clear();
  }

  /** Sets all values to zero; keys stay, and a scalar map that was set stays so. */
  zero(name: string): void {
    const [map, kernelMap] = this.#find(name);
    const markOffset = setMarkOffset(map);
    if (markOffset === undefined) {
      kernelMap.zero();
      return;
    }
    const entries = kernelMap.readAll();
    const stride = markOffset + 8;
    for (let at = 0; at + stride <= entries.values.length; at += stride) entries.values.fill(0, at, at + markOffset);
    kernelMap.updateAll(entries);
  }

  #find(name: string): [ScriptMap, BpfMap] {
    const map = this.#script.maps.find((candidate) => candidate.name === name);
    const kernelMap = map === undefined ? undefined : this.#maps.get(map.spec);
    if (map === undefined || kernelMap === undefined) throw new TypeError(`the script has no map ${name}`);
    return [map, kernelMap];
  }
}

/** Where the u64 that says "has been set" stands behind a scalar's value (of each CPU); see `ScriptMap.storage`. */
function setMarkOffset(map: ScriptMap): number | undefined {
  if (map.key !== undefined) return undefined;
  if (map.storage === 'value') return roundUp(layoutOf(map.value).sizeBytes, 8);
  if (map.storage !== 'per-cpu') return undefined;
  return AGGREGATE_SIZE[map.value.kind as keyof typeof AGGREGATE_SIZE];
}

function* rawEntries({ count, keys, values, keyStride, valueStride }: MapEntries): Iterable<RawMapEntry> {
  for (let i = 0; i < count; i++) {
    yield {
      key: keys.subarray(i * keyStride, (i + 1) * keyStride),
      value: values.subarray(i * valueStride, (i + 1) * valueStride),
    };
  }
}
