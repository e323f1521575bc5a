export { BpfMap, type MapInfo, type UpdateMode } from './bpf-map.ts';
export { isIndexed, isPerCpu } from './check-map-spec.ts';
export type { Codec } from './codec.ts';
export * as codecs from './codec.ts';
export { supportsMapType } from './create-map.ts';
export { eachEntry, type MapEntries } from './map-entries.ts';
export { MapError } from './map-error.ts';
export { onlineCpus, parseCpuList, possibleCpus } from './possible-cpus.ts';
export { PerCpuMap, TypedMap } from './typed-map.ts';
