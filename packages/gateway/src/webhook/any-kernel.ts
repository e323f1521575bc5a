import { readFileSync } from 'node:fs';
import { Btf } from '@waggle/bpf/btf';
import type { KernelFacts } from '@waggle/bpftrace';

/** No node's kernel: one that tells nothing of itself, and is recent enough for everything. */
export const ANY_KERNEL: KernelFacts = {
  tracepoints: () => undefined,
  tracepointFormat: () => undefined,
  kernelFunctions: () => [],
  userFunctions: () => undefined,
  resolveBinary: () => undefined,
  cpus: { online: 1, possible: 1 },
  architecture: 'x64',
  kernelVersion: [1000, 0],
  kernelAddress: () => undefined,
};

/** What this compiler error says depends on the machine that a script is to run on: the agents tell, each for its own. */
const MACHINE_CODES = new Set([
  'kernel-too-old',
  'missing-btf',
  'no-match',
  'unknown-binary',
  'unknown-field',
  'unknown-probe',
  'unknown-symbol',
  'unknown-type',
  'unreadable-binary',
]);

export function dependsOnMachine(code: string): boolean {
  return MACHINE_CODES.has(code);
}

let ownKernel: KernelFacts | undefined;

/**
 * The types of the kernel that the gateway itself runs on, read when they are first asked for; some kernel's types are enough to see what a script
 * reaches for. Without BTF, the same as `ANY_KERNEL`.
 */
export function ownKernelTypes(): KernelFacts {
  ownKernel ??= withTypes();
  return ownKernel;
}

function withTypes(): KernelFacts {
  try {
    const btf = Btf.parse(readFileSync('/sys/kernel/btf/vmlinux'));
    return { ...ANY_KERNEL, btf };
  } catch {
    return ANY_KERNEL;
  }
}
