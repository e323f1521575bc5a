import { describe, expect, it } from 'vitest';
import { smallKernelBtf } from '../facts/small-kernel.test-kit.ts';
import { checkText } from './check-text.test-kit.ts';

function points(probes: string, facts: Parameters<typeof checkText>[2] = {}, options = {}) {
  const { script, told } = checkText(`${probes} { @ = count(); }`, options, facts);
  return script?.probes.flatMap((probe) => probe.attachPoints) ?? told;
}

function names(probes: string, facts: Parameters<typeof checkText>[2] = {}) {
  return points(probes, facts).map((point) => (typeof point === 'string' ? point : point.name));
}

describe('names', () => {
  it.each([
    ['BEGIN', ['begin']],
    ['end', ['end']],
    ['t:sched:sched_switch', ['tracepoint:sched:sched_switch']],
    [
      'Tracepoint:syscalls:sys_*_openat',
      ['tracepoint:syscalls:sys_enter_openat', 'tracepoint:syscalls:sys_exit_openat'],
    ],
    ['t:*:sys_enter', ['tracepoint:raw_syscalls:sys_enter']],
    ['rt:sched_switch', ['rawtracepoint:vmlinux:sched_switch']],
    ['rawtracepoint:kfree_skb', ['rawtracepoint:vmlinux:kfree_skb']],
    ['k:vfs_read', ['kprobe:vfs_read']],
    ['kprobe:vfs_*', ['kprobe:vfs_read', 'kprobe:vfs_open']],
    ['kprobe:ext4:vfs_read+0x10', ['kprobe:ext4:vfs_read+16']],
    ['kr:asm_only', ['kretprobe:asm_only']],
    ['f:vfs_read', ['fentry:vmlinux:vfs_read']],
    ['kretfunc:vfs_*', ['fexit:vmlinux:vfs_read', 'fexit:vmlinux:vfs_open']],
    ['u:app:main', ['uprobe:/bin/app:main']],
    ['ur:/bin/app:mall*', ['uretprobe:/bin/app:malloc', 'uretprobe:/bin/app:mallopt']],
    ['uprobe:/bin/app:main+4', ['uprobe:/bin/app:main+4']],
    ['uprobe:/bin/app:0x2f0', ['uprobe:/bin/app:752']],
    ['p:hz:99', ['profile:hz:99']],
    ['profile:hz:1e3', ['profile:hz:1000']],
    ['i:ms:100', ['interval:ms:100']],
    ['interval:100ms', ['interval:us:100000']],
    ['interval:1e9', ['interval:us:1000000']],
    ['s:cpu:100', ['software:cpu:100']],
    ['software:faults:', ['software:faults']],
    ['it:task', ['iter:task']],
    ['BEGIN, t:sched:sched_switch', ['begin', 'tracepoint:sched:sched_switch']],
  ])('%s', (probes, expected) => {
    expect(names(probes)).toEqual(expected);
  });
});

describe('attach specs', () => {
  it.each([
    ['begin', { kind: 'test-run' }],
    ['t:sched:sched_switch', { kind: 'tracepoint', category: 'sched', name: 'sched_switch' }],
    ['rt:sched_switch', { kind: 'raw-tracepoint', name: 'sched_switch', btf: true }],
    ['rt:kfree_skb', { kind: 'raw-tracepoint', name: 'kfree_skb', btf: false }],
    ['k:vfs_read+8', { kind: 'kprobe', function: 'vfs_read', offset: 8, return: false }],
    ['kr:m:vfs_read', { kind: 'kprobe', function: 'vfs_read', offset: 0, return: true, module: 'm' }],
    ['fentry:vfs_read', { kind: 'tracing', at: 'entry', function: 'vfs_read' }],
    ['fexit:vfs_read', { kind: 'tracing', at: 'exit', function: 'vfs_read' }],
    ['u:app:main+4', { kind: 'uprobe', path: '/bin/app', symbol: 'main', offset: 4, return: false }],
    ['u:app:16', { kind: 'uprobe', path: '/bin/app', offset: 16, return: false }],
    ['p:hz:99', { kind: 'perf-event', type: 'software', config: 0n, sample: { frequency: 99 }, cpus: 'all' }],
    ['i:1s', { kind: 'perf-event', type: 'software', config: 0n, sample: { period: 1_000_000_000n }, cpus: 'one' }],
    ['s:cs', { kind: 'perf-event', type: 'software', config: 3n, sample: { period: 1000n }, cpus: 'all' }],
    ['iter:task', { kind: 'iterator', target: 'task' }],
  ])('%s', (probe, attach) => {
    expect(points(probe)).toMatchObject([{ attach }]);
  });

  it('limits uprobes to the target process', () => {
    expect(points('u:app:main', {}, { targetPid: 42 })).toMatchObject([{ attach: { pid: 42 } }]);
  });
});

describe('mistakes', () => {
  it.each([
    ['foo:bar', 'unknown-provider @foo: unknown kind of probe "foo"'],
    ['tracepiont:a:b', 'unknown-provider @tracepiont: unknown kind of probe "tracepiont" (did you mean tracepoint?)'],
    [
      't:sched:sched_swich',
      'unknown-probe @sched_swich: there is no tracepoint sched:sched_swich (did you mean sched:sched_switch?)',
    ],
    [
      't:foo:sched_switch',
      'unknown-probe @sched_switch: there is no tracepoint foo:sched_switch (did you mean sched:sched_switch?)',
    ],
    ['t:sched:nope*', 'no-match @t:sched:nope*: nothing matches t:sched:nope*'],
    ['t:sched', 'invalid-probe @t:sched: "t:sched" is not a complete probe (write it as tracepoint:CATEGORY:EVENT)'],
    [
      'rt:sched_swich',
      'unknown-probe @sched_swich: there is no raw tracepoint sched_swich (did you mean sched_switch?)',
    ],
    ['k:vfs_raed', 'unknown-probe @vfs_raed: there is no kernel function vfs_raed (did you mean vfs_read?)'],
    ['kr:vfs_read+8', 'invalid-probe @vfs_read+8: "vfs_read+8" is no place in a function (a kretprobe has no offset)'],
    ['f:asm_only', 'missing-btf @asm_only: BTF does not know the function asm_only (use kprobe:asm_only)'],
    ['u:app:mian', 'unknown-probe @mian: "/bin/app" has no function mian (did you mean main?)'],
    [
      'u:/nope:main',
      'unknown-binary @/nope: cannot find the binary or library "/nope" (write a path, or the short name of a shared library, as libc)',
    ],
    ['profile:hz:0', 'invalid-probe @0: profile needs a positive number, not "0"'],
    ['interval:foo:1', 'invalid-probe @foo: "foo" is no unit of time (units are hz, s, ms and us)'],
    ['p:99', 'invalid-probe @p:99: profile cannot run every 99 ns (the shortest period is 1us)'],
    ['s:cpu-clok', 'unknown-probe @cpu-clok: there is no software event cpu-clok (did you mean cpu-clock?)'],
    ['iter:taks', 'unknown-probe @taks: there is no iterator taks (did you mean task?)'],
    ['begin:x', 'invalid-probe @begin:x: begin takes nothing behind its name (write just begin)'],
    ['usdt:/bin/app:x', 'not-yet-supported @usdt: probes of kind usdt are not supported yet'],
    ['hardware:cycles', 'not-yet-supported @hardware: probes of kind hardware are not supported yet'],
    ['iter:task, begin', 'invalid-probe @iter:task: an iterator must be the only probe of its script'],
  ])('%s', (probes, told) => {
    expect(points(probes)).toContain(told);
  });

  it('each of several is told in one run', () => {
    expect(points('foo:bar, t:sched:nope, profile:hz:x')).toHaveLength(3);
  });

  it('takes the list of traceable functions where the kernel gives one', () => {
    const facts = { kernelFunctions: () => ['do_open', 'do_close'] };
    expect(names('kprobe:do_*', facts)).toEqual(['kprobe:do_open', 'kprobe:do_close']);
    expect(points('kprobe:vfs_read', facts)).toEqual([
      'unknown-probe @vfs_read: there is no traceable kernel function vfs_read',
    ]);
  });

  it('tells what needs BTF', () => {
    expect(points('fentry:vfs_read', { btf: undefined })).toEqual([
      'missing-btf @fentry:vfs_read: fentry needs BTF, which this kernel does not have (use kprobe instead)',
    ]);
    expect(points('iter:task', { btf: undefined })).toEqual([
      'missing-btf @iter:task: iter needs BTF, which this kernel does not have',
    ]);
    expect(points('rt:sys_enter', { btf: undefined })).toMatchObject([{ attach: { btf: false } }]);
    expect(points('rt:sched_switch', { btf: smallKernelBtf() })).toMatchObject([{ attach: { btf: true } }]);
  });

  it('missing_probes decides what a probe is that is not there', () => {
    const missing = (mode: string) => checkText(`config = { missing_probes = "${mode}" } t:a:b, begin { @ = 1; }`);
    expect(missing('warn').told).toEqual(['warning unknown-probe @b: there is no tracepoint a:b']);
    expect(missing('warn').script?.probes).toHaveLength(1);
    expect(missing('ignore').told).toEqual([]);
    expect(missing('error').script).toBeUndefined();
  });

  it('max_probes limits the places', () => {
    const { told } = checkText('t:*:* { @ = 1; }', { config: { max_probes: '3' } });
    expect(told[0]).toContain('too-many-probes @t:*:*: the script attaches to 8 places; the limit is 3');
  });

  it('parameters fill attach points', () => {
    expect(points('t:$1:sched_switch', {}, { positionalParams: ['sched'] })).toMatchObject([
      { name: 'tracepoint:sched:sched_switch' },
    ]);
  });
});
