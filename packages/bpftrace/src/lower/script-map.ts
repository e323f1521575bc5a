import type { MapSpec, MapType } from '@waggle/bpf/spec';
import { AGGREGATE_SIZE, type ScriptMap } from '../script/compiled-script.ts';
import { histBucketCount, lhistBucketCount } from '../script/histogram-buckets.ts';
import type { MapSymbol } from '../typed/tree.ts';
import { layoutOf, roundUp } from '../types/layout.ts';
import { isAggregate, type Type } from '../types/type.ts';

/** linux/bpf.h: entries are allocated when they are made, and not all of them when the map is. */
const BPF_F_NO_PREALLOC = 1;
/** Maps of more bytes than this are not worth making in full before the script runs. */
const PREALLOCATED_BYTES = 1 << 20;
/** A keyed histogram takes an entry for each bucket in use: most keys have fewer. */
const BUCKETS_PER_KEY = 8;

/** How a map of the script is stored in the kernel. */
export function scriptMapOf(symbol: MapSymbol): ScriptMap {
  const { name, key, value } = symbol;
  return { name, ...(key && { key }), value, spec: specName(name), storage: storageOf(value, key !== undefined) };
}

/**
 * The kernel map behind a map of the script.
 *
 * `allocateOnDemand`: Linux 6.1 and later take entries from memory that is safe in any context, so that a large map (or a
 * per-CPU one, whose entries are slow to make) costs nothing before it is used; older kernels need them made in advance.
 */
export function mapSpecOf(symbol: MapSymbol, map: ScriptMap, allocateOnDemand: boolean): MapSpec {
  const perCpu = map.storage !== 'value';
  if (!symbol.key) {
    return {
      name: map.spec,
      type: perCpu ? 'percpu-array' : 'array',
      keySize: 4,
      valueSize: isSetOffset(map) === undefined ? entryBytes(map) : entryBytes(map) + 8,
      maxEntries: 1,
    };
  }
  const lru = symbol.declared === 'lruhash' || symbol.declared === 'percpulruhash';
  const maxEntries = symbol.maxEntries * (map.storage === 'per-cpu-bucket-keys' ? BUCKETS_PER_KEY : 1);
  const large = perCpu || maxEntries * (keyBytes(map) + entryBytes(map)) > PREALLOCATED_BYTES;
  const type: MapType = lru ? (perCpu ? 'lru-percpu-hash' : 'lru-hash') : perCpu ? 'percpu-hash' : 'hash';
  return {
    name: map.spec,
    type,
    keySize: keyBytes(map),
    valueSize: entryBytes(map),
    maxEntries,
    ...(allocateOnDemand && large && !lru && { flags: BPF_F_NO_PREALLOC }),
  };
}

/** Where the u64 stands that says whether a scalar map has been set; undefined where there is none. */
export function isSetOffset(map: ScriptMap): number | undefined {
  return !map.key && map.storage !== 'per-cpu-buckets' ? entryBytes(map) : undefined;
}

/** Bytes of the kernel's key: that of the script, and for keyed histograms the bucket behind it. */
export function keyBytes(map: ScriptMap): number {
  if (!map.key) return 4;
  const { sizeBytes } = layoutOf(map.key);
  return map.storage === 'per-cpu-bucket-keys' ? roundUp(sizeBytes, 8) + 8 : sizeBytes;
}

/** Bytes of a value (of one CPU's), without the word that says whether a scalar is set. */
export function entryBytes(map: ScriptMap): number {
  const { value } = map;
  switch (value.kind) {
    case 'hist':
      return map.key ? 8 : histBucketCount(value.bits) * 8;
    case 'lhist':
      return map.key ? 8 : lhistBucketCount(value.min, value.max, value.step) * 8;
    case 'count':
    case 'sum':
    case 'avg':
    case 'stats':
    case 'min':
    case 'max':
      return AGGREGATE_SIZE[value.kind];
    default:
      return roundUp(layoutOf(value).sizeBytes, 8);
  }
}

function storageOf(value: Type, keyed: boolean): ScriptMap['storage'] {
  if (value.kind === 'hist' || value.kind === 'lhist') return keyed ? 'per-cpu-bucket-keys' : 'per-cpu-buckets';
  return isAggregate(value) ? 'per-cpu' : 'value';
}

/** `@start` becomes `map_start`: the kernel allows no `@`, and the engine's own maps start otherwise. */
function specName(name: string): string {
  return `map_${name.slice(1)}`;
}
