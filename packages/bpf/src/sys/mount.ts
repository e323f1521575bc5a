import { KernelStruct } from './kernel-struct.ts';
import { enterKernel } from './syscall-error.ts';

/** mount(2) of a file system that has no device: tracefs, bpf. @throws SyscallError */
export function mountPseudo(type: 'tracefs' | 'bpf' | 'cgroup2', target: string): void {
  const names = new KernelStruct(16).stringPointer(0, type).stringPointer(8, target);
  const typeAddress = names.readU64(0);
  enterKernel(`cannot mount ${type} at ${target}`, 'mount', typeAddress, names.readU64(8), typeAddress, 0, 0);
  names.release();
}
