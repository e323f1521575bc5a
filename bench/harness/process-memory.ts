import { readFileSync } from 'node:fs';

/** MiB. */
export interface ProcessMemory {
  readonly resident: number;
  /** Each page divided by the number of processes that have it. */
  readonly proportional: number;
  /** Heap and stacks. */
  readonly anonymous: number;
}

/** By /proc/PID/smaps_rollup. */
export function memoryOf(pid: number): ProcessMemory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const mib = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  return { resident: mib('Rss'), proportional: mib('Pss'), anonymous: mib('Anonymous') };
}
