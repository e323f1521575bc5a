import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { bpfAttr, tryBpf } from '../sys/bpf.ts';
import { ENOENT } from '../sys/errno.ts';
import { Fd } from '../sys/fd.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import { type Link, linkOf } from './link.ts';

type RawTracepointSpec = Extract<AttachSpec, { kind: 'raw-tracepoint' }>;

/**
 * Attaches to a tracepoint's own arguments: by name (Linux 4.17), or, typed, where the program was loaded for it (5.5).
 *
 * @throws UnsupportedError where the kernel has no such tracepoint; SyscallError
 */
export function attachRawTracepoint(program: Program, spec: RawTracepointSpec): Link {
  const name = `raw tracepoint ${spec.name}`;
  const attr = bpfAttr(16).u32(8, program.fd);
  // A typed program named its tracepoint when it was loaded; the kernel refuses a second name.
  if (!spec.btf) attr.stringPointer(0, spec.name);
  const result = tryBpf('BPF_RAW_TRACEPOINT_OPEN', attr);
  if (result >= 0) return linkOf(spec, new Fd(result, `link of ${name}`));
  const error = new SyscallError(`cannot attach "${program.name}" to ${name}`, 'bpf(BPF_RAW_TRACEPOINT_OPEN)', -result);
  if (result === -ENOENT) throw new UnsupportedError(name, 'not in this kernel', undefined, error);
  throw error;
}
