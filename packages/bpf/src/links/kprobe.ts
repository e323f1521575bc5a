import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { EILSEQ, EINVAL, ENOENT } from '../sys/errno.ts';
import { perfEventOpen } from '../sys/perf-event.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import type { Link } from './link.ts';
import { attachToPerfEvents } from './perf-link.ts';
import { probePmu } from './probe-pmu.ts';

type KprobeSpec = Extract<AttachSpec, { kind: 'kprobe' }>;

/**
 * Attaches to the entry of a kernel function, to an instruction behind it, or to its return (Linux 4.17).
 *
 * @throws UnsupportedError where the kernel has no kprobes, no such function, or forbids probing it; SyscallError
 */
export function attachKprobe(program: Program, spec: KprobeSpec): Link {
  const pmu = probePmu('kprobe');
  const place = spec.offset === 0 ? spec.function : `${spec.function}+${spec.offset}`;
  const name = `${spec.return ? 'kretprobe' : 'kprobe'} ${place}`;
  const what = `cannot attach "${program.name}" to ${name}`;
  const path = spec.module === undefined ? spec.function : `${spec.module}:${spec.function}`;
  const config = spec.return ? pmu.returnBit : 0n;
  const event = { type: pmu.type, config, path, offset: BigInt(spec.offset), pid: -1, cpu: 0 };
  try {
    return attachToPerfEvents(what, program, spec, [perfEventOpen(what, event, name)]);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    if (error.errno === ENOENT) throw new UnsupportedError(name, 'this kernel has no such function', undefined, error);
    if (error.errno === EILSEQ) throw new UnsupportedError(name, 'no instruction starts there', undefined, error);
    if (error.errno === EINVAL)
      throw new UnsupportedError(name, 'this function cannot be probed there', undefined, error);
    throw error;
  }
}
