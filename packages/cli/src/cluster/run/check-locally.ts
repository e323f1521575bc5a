import { compile, type Diagnostic, type KernelFacts } from '@waggle/bpftrace';
import type { ProgramSource } from '../../commands/run/program-source.ts';

/** A kernel of which nothing is known, and nothing is missing: what is wrong on it is wrong on all. */
const ANY_KERNEL: KernelFacts = {
  tracepoints: () => undefined,
  tracepointFormat: () => undefined,
  kernelFunctions: () => [],
  userFunctions: () => undefined,
  resolveBinary: () => undefined,
  cpus: { online: 1, possible: 1 },
  architecture: 'x64',
  kernelVersion: [99, 0],
  kernelAddress: () => undefined,
};

/** What a node's own kernel has to say. */
const KERNEL_DEPENDENT: ReadonlySet<string> = new Set([
  ...['missing-btf', 'unknown-probe', 'unchecked-probe', 'no-match', 'too-many-probes', 'search-limit'],
  ...[
    'unknown-binary',
    'unreadable-binary',
    'unknown-field',
    'unknown-symbol',
    'unknown-type',
    'kernel-too-old',
    'no-child',
  ],
]);

/**
 * The mistakes of a script that no kernel would take, before anything is asked of the cluster; the cluster's webhook and nodes find the others. A
 * gadget is right.
 */
export function checkLocally(
  { source, isFromCatalogue }: ProgramSource,
  options: LocalCheckOptions,
): readonly Diagnostic[] {
  if (isFromCatalogue) return [];
  const { parameters, confined, unsafe } = options;
  const { diagnostics } = compile(source, ANY_KERNEL, {
    positionalParams: parameters,
    eventContext: true,
    ...(confined && { confined }),
    ...(unsafe && { unsafe }),
  });
  return diagnostics.filter(({ code, severity }) => severity === 'error' && !KERNEL_DEPENDENT.has(code));
}

export interface LocalCheckOptions {
  readonly parameters: readonly string[];
  /** The rules of a namespaced Trace. */
  readonly confined: boolean;
  readonly unsafe?: boolean;
}
