import { MAP_TYPES, type MapSpec, type MapType } from '../spec/index.ts';
import { bpfAttr, objectName, tryBpf } from '../sys/bpf.ts';
import { EINVAL } from '../sys/errno.ts';
import { Fd } from '../sys/fd.ts';
import { PAGE_SIZE } from '../sys/mapping.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import { checkMapSpec, MAP_RULES } from './check-map-spec.ts';
import { possibleCpus } from './possible-cpus.ts';

const ATTR_SIZE = 72;

/**
 * BPF_MAP_CREATE.
 *
 * @param innerFd of maps-in-maps: a map of the shape that all inner maps have.
 * @throws MapError, UnsupportedError (the kernel does not know the type), SyscallError
 */
export function createMap(spec: MapSpec, innerFd?: number): Fd {
  checkMapSpec(spec, PAGE_SIZE);
  const created = tryCreate(spec, innerFd);
  if (created >= 0) return new Fd(created, `map ${spec.name}`);
  const refusal = new SyscallError(`cannot create map "${spec.name}"`, 'bpf(BPF_MAP_CREATE)', -created);
  if (-created === EINVAL && !supportsMapType(spec.type)) {
    throw new UnsupportedError(
      `map type "${spec.type}"`,
      'unknown to this kernel',
      MAP_RULES[spec.type].since,
      refusal,
    );
  }
  throw refusal;
}

function tryCreate(spec: MapSpec, innerFd: number | undefined): number {
  const entries = spec.type === 'perf-event-array' && spec.maxEntries === 0 ? possibleCpus() : spec.maxEntries;
  const attr = bpfAttr(ATTR_SIZE)
    .u32(0, MAP_TYPES[spec.type])
    .u32(4, spec.keySize)
    .u32(8, spec.valueSize)
    .u32(12, entries)
    .u32(16, (spec.flags ?? 0) | (MAP_RULES[spec.type].flags ?? 0))
    .u32(20, innerFd ?? 0)
    .chars(28, objectName(spec.name), 16);
  return tryBpf('BPF_MAP_CREATE', attr);
}

/**
 * The smallest map of a type; undefined where the kernel wants more than sizes (an inner map, BTF, another program).
 */
function smallestSpec(type: MapType): MapSpec | undefined {
  const { keySize = 4, valueSize = 8 } = MAP_RULES[type];
  if (/-of-maps$|-storage$|^struct-ops$|^arena$/.test(type)) return undefined;
  const maxEntries = type.endsWith('ringbuf') ? PAGE_SIZE : 1;
  return { name: 'probe', type, keySize: type === 'lpm-trie' ? 8 : keySize, valueSize, maxEntries };
}

/** Asks the kernel by making the smallest map of that type. True where only more than sizes could tell. */
export function supportsMapType(type: MapType): boolean {
  const spec = smallestSpec(type);
  if (spec === undefined) return true;
  const fd = tryCreate(spec, undefined);
  if (fd >= 0) new Fd(fd, 'map probe').close();
  return fd >= 0 || -fd !== EINVAL;
}
