import { EAGAIN } from './errno.ts';
import { Fd } from './fd.ts';
import { syscall } from './ffi.ts';
import { KernelStruct } from './kernel-struct.ts';
import { SyscallError } from './syscall-error.ts';
import { SYSCALL } from './syscall-numbers.ts';

/** enum bpf_cmd, include/uapi/linux/bpf.h: the commands in use here. */
export const BPF_COMMANDS = {
  BPF_MAP_CREATE: 0,
  BPF_MAP_LOOKUP_ELEM: 1,
  BPF_MAP_UPDATE_ELEM: 2,
  BPF_MAP_DELETE_ELEM: 3,
  BPF_MAP_GET_NEXT_KEY: 4,
  BPF_PROG_LOAD: 5,
  BPF_PROG_TEST_RUN: 10,
  BPF_PROG_GET_NEXT_ID: 11,
  BPF_MAP_GET_NEXT_ID: 12,
  BPF_PROG_GET_FD_BY_ID: 13,
  BPF_OBJ_GET_INFO_BY_FD: 15,
  BPF_RAW_TRACEPOINT_OPEN: 17,
  BPF_BTF_LOAD: 18,
  BPF_BTF_GET_FD_BY_ID: 19,
  BPF_MAP_LOOKUP_AND_DELETE_ELEM: 21,
  BPF_MAP_FREEZE: 22,
  BPF_BTF_GET_NEXT_ID: 23,
  BPF_MAP_LOOKUP_BATCH: 24,
  BPF_MAP_LOOKUP_AND_DELETE_BATCH: 25,
  BPF_MAP_UPDATE_BATCH: 26,
  BPF_MAP_DELETE_BATCH: 27,
  BPF_LINK_CREATE: 28,
  BPF_LINK_GET_NEXT_ID: 31,
  BPF_ENABLE_STATS: 32,
  BPF_ITER_CREATE: 33,
} as const;

export type BpfCommand = keyof typeof BPF_COMMANDS;

/**
 * A zeroed `union bpf_attr`. The kernel takes any size: shorter ones it fills with zeros, and in longer ones it wants
 * zeros behind what it knows; so only what is set must be known to it.
 */
export function bpfAttr(sizeBytes = 128): KernelStruct {
  return new KernelStruct(sizeBytes);
}

/**
 * bpf(2).
 *
 * @returns the result, or the negative errno: for callers that expect some errors.
 */
export function tryBpf(command: BpfCommand, attr: KernelStruct): number {
  const nr = BPF_COMMANDS[command];
  let result = syscall(SYSCALL.bpf, nr, attr.address(), attr.sizeBytes);
  // Loading a program is interrupted by signals and then wants to be asked again.
  for (let again = 0; result === -EAGAIN && command === 'BPF_PROG_LOAD' && again < 5; again++) {
    result = syscall(SYSCALL.bpf, nr, attr.address(), attr.sizeBytes);
  }
  attr.release();
  return result;
}

/** bpf(2), where `what` says for the error what was wanted. @throws SyscallError */
export function bpf(what: string, command: BpfCommand, attr: KernelStruct): number {
  const result = tryBpf(command, attr);
  if (result < 0) throw new SyscallError(what, `bpf(${command})`, -result);
  return result;
}

/** bpf(2) for the commands that return a descriptor. @throws SyscallError */
export function bpfFd(what: string, command: BpfCommand, attr: KernelStruct, name: string): Fd {
  return new Fd(bpf(what, command, attr), name);
}

/**
 * BPF_OBJ_GET_INFO_BY_FD into a struct of `sizeBytes`; fields that this kernel does not know stay zero. @throws
 * SyscallError
 */
export function objectInfo(what: string, fd: number, sizeBytes: number): KernelStruct {
  const info = new KernelStruct(sizeBytes);
  const attr = bpfAttr(16).u32(0, fd).u32(4, sizeBytes).pointer(8, info.bytes);
  bpf(what, 'BPF_OBJ_GET_INFO_BY_FD', attr);
  return info;
}

/** The ids of all programs, maps or links of the machine (CAP_SYS_ADMIN). @throws SyscallError */
export function* objectIds(
  command: 'BPF_PROG_GET_NEXT_ID' | 'BPF_MAP_GET_NEXT_ID' | 'BPF_LINK_GET_NEXT_ID',
): Iterable<number> {
  const attr = bpfAttr(12);
  while (tryBpf(command, attr) >= 0) {
    const id = attr.readU32(4);
    yield id;
    attr.u32(0, id).u32(4, 0);
  }
}

/**
 * A name as the kernel accepts it (BPF_OBJ_NAME_LEN is 16 with the closing zero): its first 15 characters, each that is
 * neither letter, digit, `_` nor `.` replaced by `_`.
 */
export function objectName(name: string): string {
  return name.slice(0, 15).replace(/[^A-Za-z0-9_.]/g, '_');
}
