import type { BpfMap } from '../maps/bpf-map.ts';
import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { attachCgroup } from './cgroup.ts';
import { attachIterator } from './iterator.ts';
import { attachKprobe } from './kprobe.ts';
import { type Link, linkOf } from './link.ts';
import { attachPerfEvent } from './perf-event.ts';
import { attachRawTracepoint } from './raw-tracepoint.ts';
import { attachSocketFilter } from './socket-filter.ts';
import { attachTracepoint } from './tracepoint.ts';
import { attachTracing } from './tracing.ts';
import { attachUprobe } from './uprobe.ts';

export interface AttachOptions {
  /** The maps that specs name: the one that an iterator over map elements walks. */
  readonly maps?: ReadonlyMap<string, BpfMap>;
}

/**
 * Attaches a program as a spec says. A `test-run` program hangs on nothing: its link is empty, and its owner runs it.
 *
 * @throws UnsupportedError where this kernel lacks the hook, naming it and the reason; SymbolError; SyscallError
 */
export function attach(program: Program, spec: AttachSpec = program.spec.attach, options: AttachOptions = {}): Link {
  switch (spec.kind) {
    case 'test-run':
      return linkOf(spec);
    case 'tracepoint':
      return attachTracepoint(program, spec);
    case 'raw-tracepoint':
      return attachRawTracepoint(program, spec);
    case 'kprobe':
      return attachKprobe(program, spec);
    case 'tracing':
      return attachTracing(program, spec);
    case 'uprobe':
      return attachUprobe(program, spec);
    case 'perf-event':
      return attachPerfEvent(program, spec);
    case 'iterator': {
      const map = spec.map === undefined ? undefined : options.maps?.get(spec.map);
      if (spec.map !== undefined && map === undefined)
        throw new TypeError(`map "${spec.map}" is not among the given ones`);
      return attachIterator(program, spec, map === undefined ? {} : { map });
    }
    case 'cgroup':
      return attachCgroup(program, spec);
    case 'socket-filter':
      return attachSocketFilter(program, spec);
    default:
      return spec satisfies never;
  }
}
