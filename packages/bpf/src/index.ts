/**
 * Linux BPF from TypeScript: specs become maps, programs and links of the running kernel; records and symbols come
 * back.
 *
 * The pure parts stand on their own as `@waggle/bpf/asm`, `@waggle/bpf/btf`, `@waggle/bpf/elf` and `@waggle/bpf/spec`.
 */
export * from './links/index.ts';
export * from './maps/index.ts';
export * from './programs/index.ts';
export * from './readers/index.ts';
export * from './spec/index.ts';
export * from './symbols/index.ts';
export { allErrnos, type ErrnoInfo, errnoInfo } from './sys/errno.ts';
export { Fd, openDescriptors, slowClosesDone } from './sys/fd.ts';
export { openPidfd } from './sys/pidfd.ts';
export { SyscallError } from './sys/syscall-error.ts';
export { UnsupportedError } from './sys/unsupported-error.ts';
