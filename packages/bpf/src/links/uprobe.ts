import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { findBinary } from '../symbols/find-binary.ts';
import { resolveSymbol } from '../symbols/resolve-symbol.ts';
import { perfEventOpen } from '../sys/perf-event.ts';
import type { Link } from './link.ts';
import { attachToPerfEvents } from './perf-link.ts';
import { probePmu } from './probe-pmu.ts';

type UprobeSpec = Extract<AttachSpec, { kind: 'uprobe' }>;

/** Where in `config` the kernel takes a USDT semaphore's file offset: PERF_UPROBE_REF_CTR_OFFSET_SHIFT, Linux 4.20. */
const SEMAPHORE_SHIFT = 32n;

/**
 * Attaches to an instruction of a program or library, or to the return of a function (Linux 4.17): for one process, or
 * for all that have the file mapped, now or later. The path may be a short name, as `findBinary` takes it.
 *
 * @throws UnsupportedError where the kernel has no uprobes; SymbolError where the file has no such symbol; SyscallError
 */
export function attachUprobe(program: Program, spec: UprobeSpec): Link {
  const pmu = probePmu('uprobe');
  const path = findBinary(spec.path);
  const start = spec.symbol === undefined ? 0 : resolveSymbol(path, spec.symbol).fileOffset;
  const place = `${path}:${spec.symbol ?? ''}${spec.offset === 0 ? '' : `+${spec.offset}`}`;
  const name = `${spec.return ? 'uretprobe' : 'uprobe'} ${place}`;
  const what = `cannot attach "${program.name}" to ${name}`;
  const semaphore = BigInt(spec.semaphoreOffset ?? 0) << SEMAPHORE_SHIFT;
  const event = {
    type: pmu.type,
    config: (spec.return ? pmu.returnBit : 0n) | semaphore,
    path,
    offset: BigInt(start + spec.offset),
    pid: spec.pid ?? -1,
    // Probes of a process fire on every CPU; those of all processes are asked for on one and fire on all the same.
    cpu: spec.pid === undefined ? 0 : -1,
  };
  return attachToPerfEvents(what, program, spec, [perfEventOpen(what, event, name)]);
}
