/** Ten traces of all kinds, as an agent may have them at a time. */
export const GADGETS = ['opensnoop', 'execsnoop', 'runqlat', 'biolatency', 'syscount'] as const;
export const SCRIPTS = [
  'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }',
  'tracepoint:syscalls:sys_exit_read { @bytes[tid] = sum(args.ret); @size = hist(args.ret); }',
  'tracepoint:syscalls:sys_enter_openat { @paths[str(args.filename)] = count(); }',
  'tracepoint:syscalls:sys_enter_openat { print((flags = args.flags, path = str(args.filename))); }',
  'tracepoint:syscalls:sys_enter_openat { @[kstack] = count(); }',
] as const;
