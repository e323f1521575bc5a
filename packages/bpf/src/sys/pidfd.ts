import { Fd } from './fd.ts';
import { enterKernel } from './syscall-error.ts';

/**
 * A descriptor that becomes readable when the process exits: pidfd_open(2), Linux 5.3.
 *
 * @throws SyscallError with ESRCH where there is no such process, and EINVAL for a thread that leads no group.
 */
export function openPidfd(pid: number): Fd {
  return new Fd(enterKernel(`cannot watch process ${pid}`, 'pidfd_open', pid, 0), `pidfd ${pid}`);
}
