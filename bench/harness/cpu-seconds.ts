import { readFileSync } from 'node:fs';

/** USER_HZ, the same on all of Linux's architectures that we know. */
const TICKS_PER_SECOND = 100;

/** CPU time of a process until now, with all of its threads. */
export function cpuSecondsOf(pid: number): number {
  // The name in parentheses may hold anything; `utime` and `stime` are the 12th and 13th field behind it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
