/** A script that both tools take, and how many programs it comes to. */
export interface BenchScript {
  readonly name: string;
  readonly text: string;
  readonly programs: number;
}

/**
 * The usual ways to ask. Each looks at one process, `$1`, by a predicate of its own, as both tools then compile the same thing; an event is
 * one of its system calls.
 */
export const SCRIPTS: readonly BenchScript[] = [
  {
    name: 'count by comm',
    text: 'tracepoint:syscalls:sys_enter_openat /pid == $1/ { @[comm] = count(); }',
    programs: 1,
  },
  {
    name: 'latency histogram',
    text: `tracepoint:syscalls:sys_enter_read /pid == $1/ { @start[tid] = nsecs; }
tracepoint:syscalls:sys_exit_read /@start[tid]/ { @ns = hist(nsecs - @start[tid]); delete(@start, tid); }`,
    programs: 2,
  },
  {
    name: 'sum by tid',
    text: 'tracepoint:syscalls:sys_exit_read /pid == $1/ { @bytes[tid] = sum(args.ret); }',
    programs: 1,
  },
  {
    name: 'printf with a path',
    text: `tracepoint:syscalls:sys_enter_openat /pid == $1/ { printf("%d %s %s\\n", pid, comm, str(args.filename)); }`,
    programs: 1,
  },
  {
    name: 'lhist',
    text: 'tracepoint:syscalls:sys_exit_read /pid == $1/ { @size = lhist(args.ret, 0, 4096, 64); }',
    programs: 1,
  },
  {
    name: 'stats by comm',
    text: 'tracepoint:syscalls:sys_exit_read /pid == $1/ { @read[comm] = stats(args.ret); }',
    programs: 1,
  },
  {
    name: 'count by tuple',
    text: 'tracepoint:syscalls:sys_enter_openat /pid == $1/ { @[comm, pid, args.flags] = count(); }',
    programs: 1,
  },
  {
    name: 'count by path',
    text: 'tracepoint:syscalls:sys_enter_openat /pid == $1/ { @[str(args.filename)] = count(); }',
    programs: 1,
  },
  {
    name: 'count by kernel stack',
    text: 'tracepoint:syscalls:sys_enter_openat /pid == $1/ { @[kstack] = count(); }',
    programs: 1,
  },
  {
    name: 'count by parent, through curtask',
    text: `tracepoint:syscalls:sys_enter_openat /pid == $1/ {
  @[curtask->real_parent->tgid, curtask->real_parent->comm] = count();
}`,
    programs: 1,
  },
];
