import type { Btf } from '../btf/btf.ts';
import { bpf, bpfAttr, tryBpf } from '../sys/bpf.ts';
import { Fd } from '../sys/fd.ts';
import { KernelStruct } from '../sys/kernel-struct.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import { openKernelBtf, openModuleTypes } from './kernel-btf.ts';

/** The types of a kernel module, and the descriptor that programs which attach to them are loaded with (Linux 5.11). */
export interface ModuleBtf extends Disposable {
  readonly types: Btf;
  readonly fd: number;
}

/** @throws UnsupportedError where no such module is loaded, or it has no BTF; SyscallError */
export function openModuleBtf(module: string, kernelBtf: Btf = openKernelBtf()): ModuleBtf {
  const types = openModuleTypes(module, kernelBtf);
  const attr = bpfAttr(12);
  while (tryBpf('BPF_BTF_GET_NEXT_ID', attr) >= 0) {
    const id = attr.readU32(4);
    const fd = openById(id);
    if (fd !== undefined) {
      if (nameOf(fd) === module) return { types, fd: fd.number, [Symbol.dispose]: () => fd.close() };
      fd.close();
    }
    attr.u32(0, id).u32(4, 0);
  }
  throw new UnsupportedError(`BTF of module "${module}"`, 'the kernel lists no such BTF object', '5.11');
}

/** Undefined where it went away meanwhile. */
function openById(id: number): Fd | undefined {
  const fd = tryBpf('BPF_BTF_GET_FD_BY_ID', bpfAttr(12).u32(0, id));
  return fd < 0 ? undefined : new Fd(fd, `BTF ${id}`);
}

/** `struct bpf_btf_info`: the name is written to where we point. */
function nameOf(fd: Fd): string {
  const name = Buffer.alloc(64);
  const info = new KernelStruct(32).pointer(16, name).u32(24, name.length);
  const attr = bpfAttr(16).u32(0, fd.number).u32(4, info.sizeBytes).pointer(8, info.bytes);
  bpf('cannot inspect BTF', 'BPF_OBJ_GET_INFO_BY_FD', attr);
  info.release();
  return name.toString('latin1', 0, name.indexOf(0));
}
