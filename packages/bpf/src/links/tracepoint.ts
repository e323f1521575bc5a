import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { PERF_TYPES, perfEventOpen } from '../sys/perf-event.ts';
import type { Link } from './link.ts';
import { attachToPerfEvents } from './perf-link.ts';
import { tracepointId } from './tracefs.ts';

type TracepointSpec = Extract<AttachSpec, { kind: 'tracepoint' }>;

/**
 * Attaches to a static tracepoint, through a perf event that counts it on every CPU (Linux 4.7).
 *
 * @throws UnsupportedError where the kernel has no such tracepoint; SyscallError
 */
export function attachTracepoint(program: Program, spec: TracepointSpec): Link {
  const name = `tracepoint ${spec.category}:${spec.name}`;
  const what = `cannot attach "${program.name}" to ${name}`;
  const config = BigInt(tracepointId(spec.category, spec.name));
  // One event on CPU 0 is enough: the program hangs on the tracepoint, not on the event.
  const event = { type: PERF_TYPES.tracepoint, config, sample: { period: 1n }, pid: -1, cpu: 0 };
  return attachToPerfEvents(what, program, spec, [perfEventOpen(what, event, name)]);
}
