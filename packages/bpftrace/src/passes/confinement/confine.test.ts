import { describe, expect, it } from 'vitest';
import { compile } from '../../compile.ts';
import type { CompileOptions } from '../../compile-options.ts';
import { fixtureFacts } from '../../facts/facts.test-kit.ts';
import { SourceText } from '../../source/source-text.ts';
import { FUNCTION_NAMES } from '../functions/check-call.ts';
import { PROVIDERS } from '../probes/provider.ts';
import { BUILTIN_NAMES } from '../typing/builtins.ts';
import { BUILTIN_VERDICTS, FUNCTION_VERDICTS } from './name-verdicts.ts';
import { PROBE_VERDICTS } from './probe-verdicts.ts';
import { RULES } from './rules.ts';

const OPEN = 't:syscalls:sys_enter_openat';
const EXEC = 't:sched:sched_process_exec';
const PAIR = 'struct pair { uint64 first; uint64 second; }; ';
const SHALLOW = [1, 2, 3, 4, 5].map((frames) => `print(ustack(${frames}));`).join(' ');

/** `code @what` of every refusal; where there are none, of everything else that is wrong. */
function refusals(text: string, options: CompileOptions = {}): readonly string[] {
  const source = new SourceText('test', text);
  const { diagnostics } = compile(source, fixtureFacts(), { confined: true, ...options });
  const refused = diagnostics.filter(({ code }) => code.startsWith('confined-'));
  return (refused.length > 0 ? refused : diagnostics).map(
    ({ code, span }) => `${code.replace('confined-', '')} @${source.slice(span)}`,
  );
}

/** Every way out that we could think of: what is refused, and by which rule. */
const ESCAPES: readonly (readonly [string, ...string[]])[] = [
  // Kernel memory, by any way to it.
  [`${OPEN} { print(curtask.real_parent.comm); }`, 'kernel-pointer @curtask'],
  [`${OPEN} { $t = curtask; print($t.mm.total_vm); }`, 'kernel-pointer @curtask', 'kernel-memory @$t.mm.total_vm'],
  [`${OPEN} { print(((struct task_struct *)kptr(args.filename)).pid); }`, 'kernel-pointer @kptr'],
  [`${OPEN} { $p = (struct task_struct *)pid; print(kptr($p)); }`, 'kernel-pointer @kptr'],
  [`profile:hz:9 { print(*(uint64 *)0xffffffff81000000); }`, 'kernel-memory @*(uint64 *)0xffffffff81000000'],
  ['profile:hz:9 { print(*nsecs); }', 'kernel-memory @*nsecs'],
  ['profile:hz:9 { $p = (uint64 *)nsecs; print($p[4]); }', 'kernel-memory @$p[4]'],
  ['profile:hz:9 { @p = (struct task_struct *)nsecs; print(@p.comm); }', 'kernel-memory @@p.comm'],
  ['profile:hz:9 { print(str(nsecs)); }', 'kernel-memory @str(nsecs)'],
  ['profile:hz:9 { print(buf(nsecs, 64)); }', 'kernel-memory @buf(nsecs, 64)'],
  ['profile:hz:9 { join(nsecs); }', 'kernel-memory @join(nsecs)'],
  ['profile:hz:9 { print(macaddr((uint8 *)nsecs)); }', 'kernel-memory @macaddr((uint8 *)nsecs)'],
  ['profile:hz:9 { print(ntop(*(uint32 *)nsecs)); }', 'kernel-memory @*(uint32 *)nsecs'],
  [`${PAIR} profile:hz:9 { $v = *(struct pair *)nsecs; print($v.second); }`, 'kernel-memory @*(struct pair *)nsecs'],
  ['profile:hz:9 / *(uint8 *)nsecs == 3 / { print(1); }', 'kernel-memory @*(uint8 *)nsecs'],
  ['profile:hz:9 { @ = sum(*(uint8 *)nsecs); }', 'kernel-memory @*(uint8 *)nsecs'],
  ['profile:hz:9 { print({ let $x = *(uint8 *)nsecs; $x }); }', 'kernel-memory @*(uint8 *)nsecs'],
  // Beyond the end of a field, where other events are.
  [`${EXEC} { print(args.filename[500]); }`, 'kernel-memory @args.filename[500]'],
  [`${EXEC} { print(args.filename[args.pid]); }`, 'kernel-memory @args.filename[args.pid]'],
  [`${EXEC} { print(buf(args.filename, 1000)); }`, 'kernel-memory @buf(args.filename, 1000)'],
  [`${EXEC} { print(str(args.filename, 16)); }`, 'kernel-memory @str(args.filename, 16)'],
  [`${EXEC} { print(macaddr(args.filename)); }`, 'kernel-memory @macaddr(args.filename)'],
  [`${EXEC} { $p = &args.filename; print(str($p)); }`, 'context @args.filename', 'kernel-memory @str($p)'],
  [`${PAIR} ${EXEC} { $p = (struct pair *)args.filename; print(1); }`, 'context @args.filename'],
  ['t:raw_syscalls:sys_enter { print(args.args[pid]); }', 'kernel-memory @args.args[pid]'],
  ['t:raw_syscalls:sys_enter { print(&args.args); }', 'context @args.args'],
  ['t:raw_syscalls:sys_enter { print(str(args.args)); }', 'type-mismatch @args.args'],
  ['t:raw_syscalls:sys_enter { print(buf(args.args, 4000)); }', 'kernel-memory @buf(args.args, 4000)'],
  // The context, registers and addresses.
  [`${OPEN} { print(*(uint64 *)ctx); }`, 'context @ctx'],
  ['profile:hz:9 { print(ctx.regs.ip); }', 'context @ctx'],
  ['profile:hz:9 { print(reg("sp")); }', 'registers @reg'],
  ['rt:kfree_skb { print(arg0); }', 'event @rt:kfree_skb', 'registers @arg0'],
  ['rt:sched_switch { print(args.prev); }', 'event @rt:sched_switch', 'kernel-pointer @args.prev'],
  ['rt:sched_switch { print(args.prev.tgid); }', 'event @rt:sched_switch', 'kernel-memory @args.prev.tgid'],
  [`${OPEN} { print(kaddr("jiffies")); }`, 'kernel-address @kaddr'],
  [`${OPEN} { print(ksym(0xffffffff81000000)); }`, 'kernel-address @ksym'],
  [`${OPEN} { print(kstack(raw)); }`, 'kernel-address @kstack(raw)'],
  [`${OPEN} { @[kstack(perf, 3)] = count(); }`, 'kernel-address @kstack(perf, 3)'],
  [`config = { stack_mode = raw } ${OPEN} { print(kstack); }`, 'kernel-address @kstack'],
  [`enum names { ppid, curtask }; ${OPEN} { print((ppid, curtask)); }`, 'other-task @ppid', 'kernel-pointer @curtask'],
  [`${OPEN} { print(percpu_kaddr("x")); }`, 'kernel-address @percpu_kaddr'],
  // Without the guard.
  [`${OPEN} /!in_target()/ { print(comm); }`, 'in-target @in_target'],
  [`${OPEN} { if (in_target(curtask)) { } }`, 'in-target @in_target', 'kernel-pointer @curtask'],
  ['interval:s:1 { print((comm, pid)); }', 'no-task @comm', 'no-task @pid'],
  ['interval:s:1 { @[ustack] = count(); @k[kstack(3)] = count(); }', 'no-task @ustack', 'no-task @kstack'],
  ['interval:s:1 { @[pod, label("app")] = count(); }', 'no-task @pod', 'no-task @label'],
  ['begin { print(str(uptr(0x400000))); }', 'no-task @uptr'],
  ['begin { print(*(uint8 *)0x400000); print(cgroup); }', 'kernel-memory @*(uint8 *)0x400000', 'no-task @cgroup'],
  [`${OPEN} { @p = args.filename; } interval:s:1 { print(str(@p)); }`, 'no-task @str(@p)'],
  [`${OPEN} { @p = args.filename; } end { print(*@p); }`, 'no-task @*@p'],
  ['end { print(usym(0x400000)); }', 'no-task @usym'],
  [`${OPEN}, interval:s:1 { print(tid); }`, 'no-task @tid'],
  ['interval:s:1 { print(usermode); }', 'no-task @usermode'],
  // Others than the target.
  [`${OPEN} { print((ppid, pcomm)); }`, 'other-task @ppid', 'other-task @pcomm'],
  [`${OPEN} { print(pid(init)); }`, 'other-task @pid'],
  [`${OPEN} { cat("/etc/shadow"); }`, 'host-file @cat'],
  [`${OPEN} { print(username); }`, 'host-names @username'],
  [`${OPEN} { print(cgroup_path(1)); }`, 'host-names @cgroup_path(1)'],
  [`${OPEN} { $c = cgroup + 1; print(cgroup_path($c)); }`, 'host-names @cgroup_path($c)'],
  [`${OPEN} { print(cgroupid("/sys/fs/cgroup/x")); }`, 'host-names @cgroupid'],
  [`${OPEN} { print(path(args.filename)); }`, 'kernel-memory @path'],
  // Changes.
  [`${OPEN} { system("id"); }`, 'unsafe @system'],
  [`${OPEN} { signal("KILL"); signal_thread(9); }`, 'unsafe @signal', 'unsafe @signal_thread'],
  [`${OPEN} { override(1); write_user(1, 2); }`, 'unsafe @override', 'unsafe @write_user'],
  // Probes.
  ['t:sched:sched_switch { print(args.next_comm); }', 'event @t:sched:sched_switch'],
  ['t:sock:inet_sock_set_state { print(args.sport); }', 'event @t:sock:inet_sock_set_state'],
  ['t:*:* { @ = count(); }', 'event @t:*:*'],
  ['rt:sched_switch { @ = count(); }', 'event @rt:sched_switch'],
  ['kprobe:vfs_read { print(arg0); }', 'kernel-function @kprobe:vfs_read', 'registers @arg0'],
  ['kretprobe:vfs_read { print(retval); }', 'kernel-function @kretprobe:vfs_read', 'registers @retval'],
  ['fentry:vfs_read { print(args.count); }', 'kernel-function @fentry:vfs_read'],
  ['fexit:vfs_read { print(func); }', 'kernel-function @fexit:vfs_read', 'registers @func'],
  ['iter:task { print(args.task.comm); }', 'iterator @iter:task'],
  ['uprobe:/bin/app:main { @ = count(); }', 'user-probe @uprobe:/bin/app:main'],
  ['ur:/proc/1/root/bin/app:main { @ = count(); }', 'user-probe @ur:/proc/1/root/bin/app:main'],
  ['usdt:/bin/app:x { @ = count(); }', 'user-probe @usdt:/bin/app:x'],
  ['watchpoint:0x1:8:w { @ = count(); }', 'probe @watchpoint:0x1:8:w'],
  // Memory and time of the node.
  [`config = { max_map_keys = 2000000000 } ${OPEN} { @[tid] = 1; }`, 'limit @@[tid]'],
  [`let @m = lruhash(100000); ${OPEN} { @m[tid] = 1; }`, 'limit @@m'],
  [`config = { max_strlen = 20000 } ${OPEN} { @[str(args.filename)] = 1; }`, 'limit @@[str(args.filename)]'],
  [`${OPEN} { ${SHALLOW} }`, 'limit @ustack(5)'],
  [`${OPEN} { while (1) { @++; } }`, 'loop @while (1) { @++; }'],
  [`${OPEN} { for $i : 0..args.dfd { @++; } }`, 'loop @for $i : 0..args.dfd { @++; }'],
  [`${OPEN} { for $i : 0..100 { for $j : 0..99 { @++; } } }`, 'loop @for $i : 0..100 { for $j : 0..99 { @++; } }'],
  [`${OPEN} { @[tid] = 1; unroll (3) { @n = len(@); } }`, 'loop @len(@)'],
  ['profile:hz:5000 { @ = count(); }', 'rate @profile:hz:5000'],
  ['software:cpu-clock:1000 { @ = count(); }', 'rate @software:cpu-clock:1000'],
  ['interval:us:10 { @ = count(); }', 'rate @interval:us:10'],
]; // biome-ignore format: a table

describe('escapes are refused', () => {
  it.each(ESCAPES)('%s', (text, ...expected) => {
    expect(refusals(text)).toEqual(expected);
    expect(refusals(text, { unsafe: true })).toEqual(expected);
  });

  it('by every rule there is', () => {
    const told = new Set(ESCAPES.flatMap(([, ...expected]) => expected.map((one) => `confined-${one.split(' ')[0]}`)));
    for (const { code } of Object.values(RULES)) expect(told).toContain(code);
  });

  it('nothing of the node is asked for by the name of a file', () => {
    const asked: string[] = [];
    const facts = fixtureFacts({
      resolveBinary: (name) => void asked.push(name),
      userFunctions: (path) => void asked.push(path),
    });
    const text = `${OPEN} { @ = count(); } uprobe:/etc/shadow:* { @ = count(); } t:syscalls:sys_exit_openat { print(curtask); }`;
    const { diagnostics } = compile(new SourceText('test', text), facts, { confined: true });
    expect(asked).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['confined-user-probe', 'confined-kernel-pointer']);
  });

  it.each([
    ['unrolled within each other', `${OPEN} { unroll (100) { unroll (100) { unroll (100) { @ = count(); } } } }`],
    ['long bodies', `${OPEN} { ${'@a[1] = 1; '.repeat(2000)} }`],
    ['bodies for many places', `t:syscalls:* { ${'@a[probe] = 1; '.repeat(700)} }`.repeat(40)],
  ])('%s are not even compiled', (_, text) => {
    const { diagnostics } = compile(new SourceText('test', text), fixtureFacts(), { confined: true });
    expect(diagnostics.map(({ code }) => code)).toEqual(['confined-limit']);
  });

  it('each says what to do instead', () => {
    const { diagnostics } = compile(new SourceText('test', `${OPEN} { print(curtask); }`), fixtureFacts(), {
      confined: true,
    });
    expect(diagnostics[0]).toMatchObject({
      message: 'curtask is a pointer into the kernel, which a confined script may not have',
      hint: expect.stringContaining('pid, tid, comm'),
    });
  });
});

describe('what is useful is not refused', () => {
  it.each([
    `${OPEN} { printf("%s %d %s\\n", comm, pid, str(args.filename)); }`,
    `${OPEN} /str(args.filename) == "/etc/hosts" && uid != 0/ { @[pod, label("app"), comm] = count(); }`,
    `${OPEN} { @start[tid] = nsecs; } t:syscalls:sys_exit_openat /@start[tid]/ { @us = hist((nsecs - @start[tid]) / 1000); delete(@start, tid); }`,
    `t:syscalls:sys_exit_openat /args.ret < 0/ { @[strerror(-args.ret), cgroup_path(cgroup)] = count(); }`,
    't:syscalls:* { @[probe] = count(); }',
    't:syscalls:sys_enter_execve { join(args.argv); print(str(args.argv[1], 20)); print(buf(args.filename, 8)); }',
    't:raw_syscalls:sys_enter { @[args.id] = count(); $a = args.args; print((args.args[2], $a[pid % 6])); }',
    `${EXEC} { print((file = args.filename, pid = args.pid)); print(str(args.filename)); $f = args.filename; print($f[0]); }`,
    `${PAIR} ${OPEN} { $p = (struct pair *)args.filename; print($p.second); print(*$p); print(&$p.second); }`,
    'profile:hz:99 { @[ustack, kstack(20), usermode] = count(); }',
    'profile:hz:99 { @[usym(0x400000)] = count(); print(ustack(perf, 3)); }',
    'software:faults:1 { @[comm, namespace] = count(); }',
    'begin { printf("start\\n"); @max = 5; } interval:s:1 { print(@n); clear(@n); time(); } software:cs:1 { @n++; } end { print(@n); }',
    'interval:s:1 { print((at = nsecs, cpu = cpu)); if (elapsed > 60s) { exit(); } }',
    `${OPEN} { for $i : 0..16 { if ($i > pid % 16) { break; } @[$i] = count(); } unroll (3) { @n++; } }`,
    `enum kind { node = 3 }; interval:s:1 { @ = node; }`,
    `${OPEN} { $comm = 1; @pid[$comm] = 1; print((comm = 5).comm); }`,
  ])('%s', (text) => {
    expect(refusals(text)).toEqual([]);
  });

  it('nor anything in scripts that are not confined', () => {
    expect(refusals(`${OPEN} { print(curtask.comm); print(ppid); }`, { confined: false })).toEqual([]);
  });
});

describe('everything is classified', () => {
  it('builtins', () => expect(Object.keys(BUILTIN_VERDICTS).toSorted()).toEqual([...BUILTIN_NAMES].toSorted()));
  it('functions', () =>
    expect(Object.keys(FUNCTION_VERDICTS).toSorted()).toEqual([...new Set(FUNCTION_NAMES)].toSorted()));
  it('kinds of probes', () => expect(Object.keys(PROBE_VERDICTS).toSorted()).toEqual([...PROVIDERS].toSorted()));
});
