import { readFileSync } from 'node:fs';
import { Btf } from '../btf/btf.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';

/** Where the kernel shows its own types (CONFIG_DEBUG_INFO_BTF, Linux 5.4), and those of its modules beside. */
const KERNEL_BTF = '/sys/kernel/btf';

/**
 * Reads this kernel's types, some 5 MB: keep the result.
 *
 * @throws UnsupportedError where the kernel is built without BTF; BtfError.
 */
export function openKernelBtf(): Btf {
  return Btf.parse(readBtf('vmlinux'));
}

/** The types of a module, on top of the kernel's. @throws UnsupportedError, BtfError */
export function openModuleTypes(module: string, kernel: Btf): Btf {
  return Btf.parse(readBtf(module), kernel);
}

function readBtf(name: string): Buffer {
  try {
    return readFileSync(`${KERNEL_BTF}/${name}`);
  } catch (cause) {
    const reason = `${KERNEL_BTF}/${name} cannot be read: built without CONFIG_DEBUG_INFO_BTF, or no such module`;
    throw new UnsupportedError(`BTF of ${name}`, reason, '5.4', cause);
  }
}
