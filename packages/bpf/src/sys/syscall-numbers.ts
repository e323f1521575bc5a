/** System calls that this package makes, by name. */
export type SyscallName =
  | 'bpf'
  | 'perf_event_open'
  | 'ioctl'
  | 'mmap'
  | 'munmap'
  | 'mount'
  | 'pidfd_open'
  | 'socket'
  | 'bind'
  | 'setsockopt'
  | 'clock_gettime'
  | 'membarrier';

/** arch/x86/entry/syscalls/syscall_64.tbl */
const X64: Readonly<Record<SyscallName, number>> = {
  mmap: 9,
  munmap: 11,
  ioctl: 16,
  socket: 41,
  bind: 49,
  setsockopt: 54,
  mount: 165,
  clock_gettime: 228,
  perf_event_open: 298,
  bpf: 321,
  membarrier: 324,
  pidfd_open: 434,
};

/** include/uapi/asm-generic/unistd.h */
const ARM64: Readonly<Record<SyscallName, number>> = {
  ioctl: 29,
  mount: 40,
  clock_gettime: 113,
  socket: 198,
  bind: 200,
  setsockopt: 208,
  munmap: 215,
  mmap: 222,
  perf_event_open: 241,
  bpf: 280,
  membarrier: 283,
  pidfd_open: 434,
};

/** No call has this number: the kernel answers ENOSYS. */
const NONE = Object.fromEntries(Object.keys(X64).map((name) => [name, -1])) as Record<SyscallName, number>;

/** The numbers on the architecture that this process runs on; every call fails on another one than these two. */
export const SYSCALL: Readonly<Record<SyscallName, number>> =
  process.arch === 'x64' ? X64 : process.arch === 'arm64' ? ARM64 : NONE;
