import { readdirSync, readFileSync } from 'node:fs';
import { bpfAttr, Fd, KernelStruct, SYSCALL, syscall, tryBpf } from '@waggle/bpf/sys';

/** enum bpf_map_type */
export const BPF_MAP_TYPE_PERCPU_HASH = 5;
/** enum bpf_cmd */
const BPF_MAP_GET_FD_BY_ID = 14;

export interface KernelMap {
  readonly id: number;
  readonly type: number;
  readonly keySize: number;
}

/** The maps that a process has open, as `/proc/PID/fdinfo` tells. */
export function mapsOf(pid: number): readonly KernelMap[] {
  const texts = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => read(`/proc/${pid}/fdinfo/${fd}`));
  return texts.flatMap((text) => {
    const number = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(text)?.[1]);
    return /^map_id:/m.test(text)
      ? [{ id: number('map_id'), type: number('map_type'), keySize: number('key_size') }]
      : [];
  });
}

/** How many entries a map has at this moment. */
export function countEntries({ id, keySize }: KernelMap): number {
  using attr = open(id);
  const key = new KernelStruct(Math.max(8, keySize));
  const next = bpfAttr(32).u32(0, attr.number).u64(8, 0n).pointer(16, key.bytes);
  let count = 0;
  for (let result = tryBpf('BPF_MAP_GET_NEXT_KEY', next); result === 0; count++) {
    next.u32(0, attr.number).pointer(8, key.bytes).pointer(16, key.bytes);
    result = tryBpf('BPF_MAP_GET_NEXT_KEY', next);
  }
  return count;
}

function open(id: number): Fd {
  const attr = bpfAttr(12).u32(0, id);
  const fd = syscall(SYSCALL.bpf, BPF_MAP_GET_FD_BY_ID, attr.address(), attr.sizeBytes);
  attr.release();
  if (fd < 0) throw new Error(`cannot open map ${id}: errno ${-fd}`);
  return new Fd(fd, `map ${id}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // Closed meanwhile.
  }
}
