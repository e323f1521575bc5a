import { readFileSync } from 'node:fs';

/**
 * Reads a CPU list of sysfs: `0-3,8,10-11`.
 *
 * @returns the numbers in rising order; empty for an empty list.
 */
export function parseCpuList(text: string): readonly number[] {
  const cpus: number[] = [];
  for (const range of text.trim().split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range);
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu);
  }
  return cpus;
}

let possible: number | undefined;

/**
 * How many values an entry of a per-CPU map has: one for each CPU that could ever be plugged in, not just for those
 * online. It never changes while the machine runs.
 */
export function possibleCpus(): number {
  possible ??= parseCpuList(readFileSync('/sys/devices/system/cpu/possible', 'latin1')).length;
  return possible;
}

/** The CPUs that run now. */
export function onlineCpus(): readonly number[] {
  return parseCpuList(readFileSync('/sys/devices/system/cpu/online', 'latin1'));
}
