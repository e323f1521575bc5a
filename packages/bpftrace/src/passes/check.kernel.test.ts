import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Btf } from '@waggle/bpf/btf';
import { describe, expect, it } from 'vitest';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import { parseTracepointFormat } from '../facts/tracepoint-format.ts';
import { checkText } from './check-text.test-kit.ts';

const EVENTS = '/sys/kernel/tracing/events';

/** This machine's BTF and tracepoints. */
function realFacts(): Partial<KernelFacts> {
  return {
    btf: Btf.parse(readFileSync('/sys/kernel/btf/vmlinux')),
    tracepoints: () => tracepoints(),
    tracepointFormat(category, name) {
      const path = `${EVENTS}/${category}/${name}/format`;
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    },
  };
}

function tracepoints(): string[] {
  const folders = (path: string) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders(EVENTS).flatMap(({ name: category }) =>
    folders(`${EVENTS}/${category}`).map(({ name }) => `${category}:${name}`),
  );
}

describe('on this kernel', () => {
  const facts = realFacts();

  it.each([
    ['begin { print(curtask.comm); }', /print kernel\[curtask \+ \d+\]:string\[16\]~/],
    ['begin { print(curtask.mm.pgd); print(curtask.cred.uid.val); print(ppid); }', /uint32~:uint32/],
    ['begin { print(curtask.in_execve); }', /\.\d+:1:uint32~/],
    ['begin { print(curtask.files.fdt.fd[3].f_path.dentry.d_name.name); }', /uint8 \*~/],
    ['t:syscalls:sys_enter_openat { print(str(args.filename)); }', /str\(user ctx\[24\]/],
    ['t:syscalls:sys_exit_read { @ = hist(args.ret); }', /hist\(\) of ctx\[16\]:int64/],
    ['t:sched:sched_process_exec { print(args.filename); }', /kernel\[u?int8 \*/],
    ['t:sched:sched_switch { @[args.prev_comm, args.next_pid] = count(); }', /map @\[\(string\[16\],int32\)\]/],
    ['t:raw_syscalls:sys_enter { print(args.args[5]); }', /ctx\[56\]:uint64/],
    ['t:sock:inet_sock_set_state { print(ntop(args.family, args.daddr_v6)); }', /ntop\(/],
    ['t:sock:inet_sock_set_state /args.newstate == TCP_ESTABLISHED/ { @ = count(); }', /1:int32/],
    [
      'rt:sched_switch { print(args.prev.comm); print(args.next.pid); }',
      /struct task_struct \*! \+ \d+\]:string\[16\]~/,
    ],
    ['fentry:vfs_read { print(str(args.file.f_path.dentry.d_name.name)); }', /struct file \*!/],
    ['fexit:vfs_read { print(retval); }', /print ctx\[32\]:int64/],
    ['iter:task { printf("%s %d\\n", ctx.task.comm, ctx.task.pid); }', /guard=explicit/],
    ['iter:task_file { print(ctx.file.f_path.dentry.d_name.name); }', /struct file \*/],
    ['iter:tcp { print(ctx.sk_common.skc_dport); }', /uint16~/],
    ['kprobe:vfs_read { print(ctx.ip); print(((struct file *)arg0).f_flags); }', /ctx\[128\]:uint64/],
    ['begin { print(sizeof(struct task_struct)); print(offsetof(struct task_struct, comm)); }', /int16/],
  ])('%s', (text, expected) => {
    const { text: tree, told } = checkText(text, {}, facts);
    expect(told).toEqual([]);
    expect(tree).toMatch(expected);
  });

  it('every argument of every tracepoint has a type', () => {
    const names = tracepoints();
    expect(names.length).toBeGreaterThan(100);
    const untyped: string[] = [];
    for (const name of names) {
      const [category, event] = name.split(':') as [string, string];
      const format = parseTracepointFormat(facts.tracepointFormat!(category, event) ?? '');
      if (!format || format.fields.length === 0) continue;
      const uses = format.fields.map((field) => `_ = args.${field.name};`).join(' ');
      const { told } = checkText(`tracepoint:${name} { ${uses} }`, {}, facts);
      if (told.length > 0) untyped.push(`${name}: ${told.join('; ')}`);
    }
    expect(untyped).toEqual([]);
  });

  it('every raw tracepoint of BTF has typed arguments', () => {
    const { script } = checkText('rawtracepoint:sched_* { @[probe] = count(); }', {}, facts);
    expect(script!.probes.length).toBeGreaterThan(10);
    expect(script!.probes.every((probe) => probe.programType === 'tracing')).toBe(true);
  });
});
