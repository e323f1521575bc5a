import { processStartTime } from './process-start-time.ts';

/** Words for a cluster's record that name a process, so that its end can be told. */
export function ownerOf(pid: number): string {
  return `${pid} ${processStartTime(pid)}`;
}

/** Whether the process of such words has ended. */
export function hasEnded(owner: string): boolean {
  const [pid, startTime] = owner.split(' ');
  return processStartTime(Number(pid)) !== startTime;
}
