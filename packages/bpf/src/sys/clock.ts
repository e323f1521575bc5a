import { KernelStruct } from './kernel-struct.ts';
import { enterKernel } from './syscall-error.ts';

/** include/uapi/linux/time.h */
const CLOCKS = { realtime: 0, monotonic: 1, boot: 7, tai: 11 } as const;

export type ClockName = keyof typeof CLOCKS;

/** Nanoseconds by one of the kernel's clocks: clock_gettime(2). `boot` counts the time asleep, `monotonic` does not. */
export function readClock(clock: ClockName): bigint {
  const time = new KernelStruct(16);
  enterKernel(`cannot read the ${clock} clock`, 'clock_gettime', CLOCKS[clock], time.address());
  return time.readU64(0) * 1_000_000_000n + time.readU64(8);
}
