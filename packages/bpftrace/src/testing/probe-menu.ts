import type { KernelFacts } from '../facts/kernel-facts.ts';
import { parseTracepointFormat, type TracepointField } from '../facts/tracepoint-format.ts';

/** A probe to attach to, and what its body may read there: expressions of the language. */
export interface ProbeChoice {
  readonly attach: string;
  readonly ints: readonly string[];
  readonly strings: readonly string[];
  /** Pointers to text in the memory of the process, for `str` and `buf`. */
  readonly userText: readonly string[];
  /** Arrays of pointers to text there, for `join`. */
  readonly userArrays: readonly string[];
  /** Arrays of 4 or 16 bytes, for `ntop`. */
  readonly addresses: readonly string[];
  /** Pointers to `struct task_struct`. */
  readonly tasks: readonly string[];
  /** An iterator must be the only probe of its script. */
  readonly alone?: boolean;
}

const TRACEPOINTS = [
  'syscalls:sys_enter_openat', 'syscalls:sys_enter_read', 'syscalls:sys_exit_read', 'syscalls:sys_enter_execve',
  'syscalls:sys_enter_connect', 'sched:sched_process_exec', 'sched:sched_process_fork', 'sched:sched_switch',
  'raw_syscalls:sys_enter', 'signal:signal_generate', 'sock:inet_sock_set_state', 'task:task_rename',
]; // biome-ignore format: a table

const NOTHING = { ints: [], strings: [], userText: [], userArrays: [], addresses: [], tasks: [] } as const;

/** Probes of every kind that a kernel without function tracing lets load; tracepoints as that kernel describes them. */
export function probeMenu(facts: KernelFacts): readonly ProbeChoice[] {
  const registers = ['reg("ip")', 'reg("sp")'];
  return [
    { ...NOTHING, attach: 'BEGIN' },
    ...TRACEPOINTS.flatMap((name) => tracepoint(facts, name)),
    {
      ...NOTHING,
      attach: 'rawtracepoint:sched_switch',
      ints: ['args.prev_state'],
      tasks: ['args.prev', 'args.next'],
    },
    {
      ...NOTHING,
      attach: 'rawtracepoint:sched_process_exec',
      ints: ['args.old_pid', 'args.bprm.argc'],
      strings: ['str(args.bprm.filename)', 'str(args.bprm.interp, 20)'],
      tasks: ['args.p'],
    },
    { ...NOTHING, attach: 'rawtracepoint:sched_wakeup', tasks: ['args.p'] },
    { ...NOTHING, attach: 'tracepoint:sched:sched_process_exec, tracepoint:sched:sched_process_exit' },
    { ...NOTHING, attach: 'kprobe:vfs_read', ints: ['arg1', 'arg2'], userText: ['(uint8 *)arg1'] },
    { ...NOTHING, attach: 'kretprobe:vfs_read', ints: ['retval'] },
    { ...NOTHING, attach: 'profile:hz:99', ints: [...registers, 'usermode'] },
    { ...NOTHING, attach: 'software:faults:1000', ints: registers },
    { ...NOTHING, attach: 'interval:ms:100' },
    {
      ...NOTHING,
      attach: 'uprobe:libc:getenv',
      ints: ['arg0', 'arg1', 'arg5', ...registers],
      userText: ['arg0', '(uint8 *)arg0'],
    },
    { ...NOTHING, attach: 'uretprobe:libc:getenv', ints: ['retval'], userText: ['retval'] },
    { ...NOTHING, attach: 'iter:task', ints: ['args.meta.seq_num'], tasks: ['args.task'], alone: true },
    { ...NOTHING, attach: 'END' },
  ];
}

/** Nothing where the kernel has no such event. */
function tracepoint(facts: KernelFacts, name: string): ProbeChoice[] {
  const [category = '', event = ''] = name.split(':');
  const format = parseTracepointFormat(facts.tracepointFormat(category, event) ?? '');
  if (!format) return [];
  const named = (test: (field: TracepointField) => boolean) =>
    format.fields.filter(test).map((field) => `args.${field.name}`);
  return [
    {
      attach: `tracepoint:${name}`,
      ints: [...named(isInteger), ...format.fields.flatMap(elements)],
      strings: named(({ type, length }) => type === 'char' && length !== undefined),
      userText: named(({ type, length }) => length === undefined && /^(?:const )?char \*$/.test(type)),
      userArrays: named(({ type }) => /\*(?: ?const)? ?\*$/.test(type)),
      addresses: named(({ type, length }) => type === '__u8' && (length === 4 || length === 16)),
      tasks: [],
    },
  ];
}

function isInteger({ type, length, location }: TracepointField): boolean {
  return length === undefined && location === undefined && isNumber(type);
}

/** The first and the last element of an array of integers, and one that is known at run time only. */
function elements({ name, type, length = 0, location }: TracepointField): string[] {
  if (length === 0 || location !== undefined || type === 'char' || !isNumber(type)) return [];
  return ['0', `${length - 1}`, `pid % ${length}`].map((index) => `args.${name}[${index}]`);
}

function isNumber(type: string): boolean {
  return !/[*]|\b(?:bool|struct|union|enum)\b/.test(type);
}
