import { ATTACH_TYPES } from '../programs/attach-types.ts';
import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { bpfAttr, tryBpf } from '../sys/bpf.ts';
import { EINVAL } from '../sys/errno.ts';
import { Fd } from '../sys/fd.ts';
import { PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_SET_BPF, perfEventControl } from '../sys/perf-event.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { type Link, linkOf, linkOfEvents } from './link.ts';

/**
 * Has perf events call a program and switches them on: by BPF links (Linux 5.15), or by ioctl(2) on older kernels.
 * Closes the events where it fails.
 *
 * @param what for the error: `cannot attach "p" to tracepoint sched:sched_switch`.
 * @throws SyscallError
 */
export function attachToPerfEvents(what: string, program: Program, spec: AttachSpec, events: readonly Fd[]): Link {
  const links: Fd[] = [];
  try {
    for (const event of events) {
      const link = createLink(what, program, event);
      if (link === undefined) perfEventControl(what, event, PERF_EVENT_IOC_SET_BPF, program.fd);
      else links.push(link);
    }
    for (const event of events) perfEventControl(what, event, PERF_EVENT_IOC_ENABLE);
  } catch (error) {
    for (const fd of [...links, ...events]) fd.close();
    throw error;
  }
  // Without BPF links, only the end of the event detaches the program: wait for it.
  return links.length === events.length ? linkOfEvents(spec, links, events) : linkOf(spec, ...links, ...events);
}

/** Undefined where the kernel has no links on perf events. */
function createLink(what: string, program: Program, event: Fd): Fd | undefined {
  const attr = bpfAttr(32).u32(0, program.fd).u32(4, event.number).u32(8, ATTACH_TYPES.BPF_PERF_EVENT);
  const result = tryBpf('BPF_LINK_CREATE', attr);
  if (result === -EINVAL) return undefined;
  if (result < 0) throw new SyscallError(what, 'bpf(BPF_LINK_CREATE)', -result);
  return new Fd(result, `link of ${event.what}`);
}
