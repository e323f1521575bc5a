import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { bpfAttr, bpfFd } from '../sys/bpf.ts';
import { type Link, linkOf } from './link.ts';

type TracingSpec = Extract<AttachSpec, { kind: 'tracing' }>;

/**
 * Attaches to the function that the program was loaded for: fentry, fexit, modify-return (Linux 5.5).
 *
 * @throws SyscallError
 */
export function attachTracing(program: Program, spec: TracingSpec): Link {
  const name = `${spec.at} of ${spec.function}`;
  const what = `cannot attach "${program.name}" to ${name}`;
  // The command's name is history: with no tracepoint name, it attaches any tracing program to its own target.
  const attr = bpfAttr(16).u32(8, program.fd);
  return linkOf(spec, bpfFd(what, 'BPF_RAW_TRACEPOINT_OPEN', attr, `link of ${name}`));
}
