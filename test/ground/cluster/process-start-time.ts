import { readFileSync } from 'node:fs';

/**
 * When a process was started, in clock ticks since the start of the machine: with its id, that tells it from all others. Absent for one that has
 * ended, though its parent may not know yet.
 */
export function processStartTime(pid: number): string | undefined {
  try {
    // proc(5), `stat`: the fields after the name, which may hold anything; `state` is the third of all, `starttime` the 22nd.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return /[ZX]/.test(fields[0]!) ? undefined : fields[22 - 3];
  } catch {
    return undefined;
  }
}
