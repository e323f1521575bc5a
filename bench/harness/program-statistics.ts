import { readdirSync, readFileSync } from 'node:fs';
import { bpfAttr, bpfFd, objectInfo } from '@waggle/bpf/sys';

/** What the kernel counted of programs while statistics were on (`enableStats`). */
export interface ProgramStatistics {
  readonly runs: number;
  readonly timeNs: number;
}

/**
 * Programs that a process holds, by itself or through links: their ids are in `/proc/PID/fdinfo`. A whole machine has others' programs
 * too, so counting new ids would not do.
 */
export function programIdsOf(pid: number): number[] {
  const ids = new Set<number>();
  for (const fd of list(`/proc/${pid}/fdinfo`)) {
    const id = /^prog_id:\s*(\d+)$/m.exec(read(`/proc/${pid}/fdinfo/${fd}`))?.[1];
    if (id !== undefined) ids.add(Number(id));
  }
  return [...ids];
}

const INFO_SIZE = 232;

/** `run_time_ns` and `run_cnt` of `struct bpf_prog_info`. @throws SyscallError where the program is gone */
export function readProgramStatistics(id: number): ProgramStatistics {
  using fd = bpfFd(`cannot open program ${id}`, 'BPF_PROG_GET_FD_BY_ID', bpfAttr(12).u32(0, id), `program ${id}`);
  const info = objectInfo(`cannot inspect program ${id}`, fd.number, INFO_SIZE);
  return { timeNs: Number(info.readU64(192)), runs: Number(info.readU64(200)) };
}

export function sumStatistics(ids: readonly number[]): ProgramStatistics {
  const all = ids.map(readProgramStatistics);
  return {
    runs: all.reduce((sum, { runs }) => sum + runs, 0),
    timeNs: all.reduce((sum, { timeNs }) => sum + timeNs, 0),
  };
}

/** A process may end while it is looked at. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
