import { syscallOnThread } from './ffi.ts';
import { enterKernel } from './syscall-error.ts';
import { SYSCALL } from './syscall-numbers.ts';

const MEMBARRIER_CMD_GLOBAL = 1;

let next: Promise<void> | undefined;

/**
 * Waits until every BPF program that runs now on any CPU has come to its end; sleepable ones excepted. Closing a link only keeps
 * a program from starting once more.
 *
 * The system call is membarrier(2) (Linux 4.3): its global command is a grace period of RCU (kernel/sched/membarrier.c), and
 * programs run in RCU read-side sections. Some 10-50 ms, on another thread.
 *
 * @throws SyscallError
 */
export function waitForRunningPrograms(): Promise<void> {
  // Who asks before a wait has started may share it: many traces that end together wait once.
  next ??= Promise.resolve().then(() => {
    next = undefined;
    return waitOnce();
  });
  return next;
}

async function waitOnce(): Promise<void> {
  const result = await syscallOnThread(SYSCALL.membarrier, MEMBARRIER_CMD_GLOBAL);
  // Asked again on this thread, an error can say what it is.
  if (result < 0) enterKernel('cannot wait for running programs', 'membarrier', MEMBARRIER_CMD_GLOBAL, 0, 0);
}
