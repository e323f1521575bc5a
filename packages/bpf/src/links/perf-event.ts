import { onlineCpus } from '../maps/possible-cpus.ts';
import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { ENOENT, EOPNOTSUPP } from '../sys/errno.ts';
import type { Fd } from '../sys/fd.ts';
import { PERF_TYPES, perfEventOpen } from '../sys/perf-event.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import type { Link } from './link.ts';
import { attachToPerfEvents } from './perf-link.ts';

type PerfEventSpec = Extract<AttachSpec, { kind: 'perf-event' }>;

/**
 * Runs a program every so many events, or so many times a second (Linux 4.9): on each online CPU, or on one. With a
 * pid, only for that thread, wherever it runs. CPUs that come later are not covered.
 *
 * @throws UnsupportedError where the machine does not count such events; SyscallError
 */
export function attachPerfEvent(program: Program, spec: PerfEventSpec): Link {
  const name = `${spec.type} event ${spec.config}`;
  const what = `cannot attach "${program.name}" to ${name}`;
  const events: Fd[] = [];
  try {
    for (const cpu of cpusOf(spec)) {
      const { config, sample, pid = -1 } = spec;
      events.push(perfEventOpen(what, { type: PERF_TYPES[spec.type], config, sample, pid, cpu }, name));
    }
  } catch (error) {
    for (const event of events) event.close();
    const missing = error instanceof SyscallError && (error.errno === ENOENT || error.errno === EOPNOTSUPP);
    if (missing) throw new UnsupportedError(name, 'not counted by this machine', undefined, error);
    throw error;
  }
  return attachToPerfEvents(what, program, spec, events);
}

/** -1 stands for every CPU that a given thread comes to. */
function cpusOf(spec: PerfEventSpec): readonly number[] {
  if (spec.pid !== undefined) return [-1];
  const cpus = onlineCpus();
  return spec.cpus === 'all' ? cpus : cpus.slice(0, 1);
}
