import type { Instruction } from '../asm/instruction.ts';
import type { AttachSpec } from './attach-spec.ts';

/** enum bpf_prog_type, include/uapi/linux/bpf.h. */
export const PROGRAM_TYPES = {
  'socket-filter': 1,
  kprobe: 2,
  'sched-cls': 3,
  'sched-act': 4,
  tracepoint: 5,
  xdp: 6,
  'perf-event': 7,
  'cgroup-skb': 8,
  'cgroup-sock': 9,
  'lwt-in': 10,
  'lwt-out': 11,
  'lwt-xmit': 12,
  'sock-ops': 13,
  'sk-skb': 14,
  'cgroup-device': 15,
  'sk-msg': 16,
  'raw-tracepoint': 17,
  'cgroup-sock-addr': 18,
  'lwt-seg6local': 19,
  'lirc-mode2': 20,
  'sk-reuseport': 21,
  'flow-dissector': 22,
  'cgroup-sysctl': 23,
  'raw-tracepoint-writable': 24,
  'cgroup-sockopt': 25,
  tracing: 26,
  'struct-ops': 27,
  ext: 28,
  lsm: 29,
  'sk-lookup': 30,
  syscall: 31,
  netfilter: 32,
} as const;

export type ProgramType = keyof typeof PROGRAM_TYPES;

/** A program as a description: what to load, and what it attaches to. */
export interface ProgramSpec {
  /** The kernel gets its first 15 characters, with what it does not allow replaced by `_`. */
  readonly name: string;
  readonly type: ProgramType;
  /** `tracing` programs name what they attach to here already when they load; others when they attach. */
  readonly attach: AttachSpec;
  /** `GPL` opens the tracing helpers. */
  readonly license: string;
  /** The main program first, subprograms behind it, each starting with a label of `function: true`. */
  readonly instructions: readonly Instruction[];
}
