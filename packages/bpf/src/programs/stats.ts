import { bpfAttr, bpfFd } from '../sys/bpf.ts';
import type { Fd } from '../sys/fd.ts';

/**
 * Has the kernel measure run time and count of every BPF program of the machine until the result is closed:
 * BPF_ENABLE_STATS, Linux 5.8. It costs each run some 20 ns.
 *
 * @throws SyscallError
 */
export function enableStats(): Fd {
  const BPF_STATS_RUN_TIME = 0;
  return bpfFd(
    'cannot enable BPF statistics',
    'BPF_ENABLE_STATS',
    bpfAttr(8).u32(0, BPF_STATS_RUN_TIME),
    'BPF statistics',
  );
}
