import { readFileSync } from 'node:fs';
import { Btf } from '@waggle/bpf/btf';
import type { KernelFacts } from '@waggle/bpftrace';

/** No node's kernel: one that tells nothing of itself, and is recent enough for everything. */
const UNTOLD: KernelFacts = {
  tracepoints: () => undefined,
  tracepointFormat: () => undefined,
  kernelFunctions: () => [],
  userFunctions: () => undefined,
  resolveBinary: () => undefined,
  cpus: { online: 1, possible: 1 },
  architecture: process.arch === 'arm64' ? 'arm64' : 'x64',
  kernelVersion: [1000, 0],
  kernelAddress: () => undefined,
};

/** Errors that depend on the machine that a script is to run on: the agents tell them, each for its own. */
const MACHINE_CODES = new Set([
  'kernel-too-old',
  'missing-btf',
  'no-match',
  'not-a-struct', // What a type unknown here looks like.
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

let kernel: KernelFacts | undefined;

/**
 * A kernel to check scripts against: nothing is known of its probes, and its types are those of the kernel that the gateway itself runs on. Some
 * kernel's types are needed to see where a script reaches; they are read when they are first asked for, and any user may read them.
 */
export function someKernel(): KernelFacts {
  kernel ??= withTypes();
  return kernel;
}

function withTypes(): KernelFacts {
  try {
    return { ...UNTOLD, btf: Btf.parse(readFileSync('/sys/kernel/btf/vmlinux')) };
  } catch {
    return UNTOLD; // Built without BTF.
  }
}
