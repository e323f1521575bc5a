import { type ClockName, readClock } from '@waggle/bpf/sys';

/** How far wall-clock time is ahead of each of the kernel's clocks, in nanoseconds. */
export type ClockOffsets = Readonly<Record<ClockName, bigint>>;

/**
 * Read once a trace: the wall clock may be set or slewed while it runs, and events keep their order by the clock that
 * stamped them.
 */
export function readClockOffsets(): ClockOffsets {
  return { realtime: 0n, monotonic: offsetOf('monotonic'), boot: offsetOf('boot'), tai: offsetOf('tai') };
}

/** Between two readings of the wall clock: right within half the time that the calls take. */
function offsetOf(clock: ClockName): bigint {
  const before = readClock('realtime');
  const reading = readClock(clock);
  const after = readClock('realtime');
  return (before + after) / 2n - reading;
}
