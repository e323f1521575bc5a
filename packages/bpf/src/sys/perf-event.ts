import { Fd } from './fd.ts';
import { KernelStruct } from './kernel-struct.ts';
import { enterKernel } from './syscall-error.ts';

/** enum perf_type_id, include/uapi/linux/perf_event.h; probe PMUs have numbers of their own, told by sysfs. */
export const PERF_TYPES = { hardware: 0, software: 1, tracepoint: 2, 'hw-cache': 3, raw: 4 } as const;

export const PERF_EVENT_IOC_ENABLE = 0x2400;
export const PERF_EVENT_IOC_DISABLE = 0x2401;
export const PERF_EVENT_IOC_SET_BPF = 0x40042408;

const PERF_FLAG_FD_CLOEXEC = 8;
const ATTR_SIZE_VER5 = 112;

/** What of `struct perf_event_attr` this package sets. */
export interface PerfEvent {
  readonly type: number;
  readonly config: bigint;
  /** Every so many events, or so many times a second. */
  readonly sample?: { readonly period: bigint } | { readonly frequency: number };
  /** PERF_SAMPLE_… */
  readonly sampleType?: bigint;
  /** Wake readers after that many records. */
  readonly wakeupEvents?: number;
  /** `config1`: of probe PMUs, the function's or file's name. */
  readonly path?: string;
  /** `config2`: of probe PMUs, the offset. */
  readonly offset?: bigint;
  /** -1: every process. */
  readonly pid: number;
  /** -1: every CPU (with a pid). */
  readonly cpu: number;
}

/** perf_event_open(2); the event starts disabled. @throws SyscallError, in the words of `what`. */
export function perfEventOpen(what: string, event: PerfEvent, name: string): Fd {
  const attr = new KernelStruct(ATTR_SIZE_VER5)
    .u32(0, event.type)
    .u32(4, ATTR_SIZE_VER5)
    .u64(8, event.config)
    .u64(24, event.sampleType ?? 0n)
    .u32(48, event.wakeupEvents ?? 0);
  let flags = 1n; // disabled
  if (event.sample !== undefined) {
    const byFrequency = 'frequency' in event.sample;
    attr.u64(16, byFrequency ? event.sample.frequency : event.sample.period);
    if (byFrequency) flags |= 1n << 10n;
  }
  attr.u64(40, flags);
  if (event.path !== undefined) attr.stringPointer(56, event.path);
  if (event.offset !== undefined) attr.u64(64, event.offset);
  const fd = enterKernel(what, 'perf_event_open', attr.address(), event.pid, event.cpu, -1, PERF_FLAG_FD_CLOEXEC);
  attr.release();
  return new Fd(fd, name);
}

/** ioctl(2) on a perf event. @throws SyscallError, in the words of `what`. */
export function perfEventControl(what: string, event: Fd, request: number, argument = 0): void {
  enterKernel(what, 'ioctl', event.number, request, argument);
}
