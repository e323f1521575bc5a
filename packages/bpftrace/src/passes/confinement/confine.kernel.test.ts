import { describe, expect, test } from 'vitest';
import { parseTracepointFormat } from '../../facts/tracepoint-format.ts';
import { loadScript, ownComm, wordsOf } from '../../lower/loaded-script.test-kit.ts';
import { compileText, machineFacts } from '../../lower/machine-facts.test-kit.ts';
import { cgroupId, NestedCgroup } from '../../lower/nested-cgroup.test-kit.ts';
import { openMissing, startScripts } from '../../lower/started-script.test-kit.ts';
import { CONTEXT, INTERNAL_MAPS } from '../../script/compiled-script.ts';
import { ADMITTED_EVENTS } from './admitted-events.ts';

const facts = machineFacts();
const { start, stop } = startScripts(facts);
const CONFINED = { confined: true, guard: { cgroupLevels: [2] } } as const;

describe('confined scripts load', () => {
  test.each([
    't:syscalls:sys_enter_openat { printf("%s %s\\n", comm, str(args.filename)); }',
    't:syscalls:sys_enter_execve { join(args.argv); print((cgroup_path(cgroup), str(args.filename, 32))); }',
    't:raw_syscalls:sys_exit /args.ret < 0/ { @[strerror(-args.ret), pod, label("app")] = count(); }',
    'rt:sys_enter { @[args.id] = count(); } rt:sched_process_exec { print(args.old_pid); }',
    'profile:hz:99 { @[ustack, kstack(20), usermode, usym(0x400000)] = count(); }',
    'software:cs:1000 { @[comm] = count(); } interval:s:1 { print(@); clear(@); } end { print((done = nsecs)); }',
    't:syscalls:sys_enter_openat { for $i : 0..16 { if ($i > pid % 16) { break; } @[$i] = count(); } }',
  ])('%s', (text) => {
    loadScript(compileText(text, facts, { ...CONFINED, eventContext: true }))[Symbol.dispose]();
  });

  test.each(ADMITTED_EVENTS)('with the arguments of %s', (name) => {
    const [category = '', event = ''] = name.split(':');
    const { fields } = parseTracepointFormat(facts.tracepointFormat(category, event)!)!;
    const args = fields.filter(({ type }) => !type.endsWith('*')).map((field) => `args.${field.name}`);
    const text = `t:${name} { print((${args.join(', ')}, 0)); } rt:${event} { @ = count(); }`;
    loadScript(compileText(text, facts, CONFINED))[Symbol.dispose]();
  });
});

test('pointers of typed raw tracepoints are refused', () => {
  for (const argument of ['args.p', 'args.p.tgid', 'str(args.bprm.filename)'])
    expect(() => compileText(`rt:sched_process_exec { print(${argument}); }`, facts, CONFINED)).toThrow(
      /^confined-kernel-/,
    );
});

describe('a confined script sees', () => {
  const count = (words: readonly bigint[]) => words.reduce((sum, word, i) => (i % 2 === 0 ? sum + word : sum), 0n);
  const text = 'rt:sys_enter { @seen = count(); }';

  test('the target', () => {
    using cgroup = new NestedCgroup();
    using running = start(text, CONFINED);
    running.maps.get(INTERNAL_MAPS.targets)!.update(cgroupId(cgroup.inner), Buffer.from([1]));
    openMissing('/no/such/folder');
    expect(count(wordsOf(running.scalar('map_seen')))).toBe(0n);
    cgroup.run();
    stop();
    expect(count(wordsOf(running.scalar('map_seen')))).toBeGreaterThan(0n);
  });

  test('nothing without one', () => {
    using running = start(text, { confined: true });
    openMissing('/no/such/folder');
    stop();
    expect(count(wordsOf(running.scalar('map_seen')))).toBe(0n);
  });

  test('not who runs begin, end and interval', () => {
    const script = 'begin { print((a = 1)); }';
    using open = loadScript(compileText(script, facts, { eventContext: true }));
    open.run();
    expect(open.records()[0]!.subarray(CONTEXT.comm, CONTEXT.endBytes)).toEqual(ownComm());
    using confined = loadScript(compileText(script, facts, { ...CONFINED, eventContext: true }));
    confined.run();
    const [record] = confined.records();
    expect(record!.readBigUInt64LE(CONTEXT.timeNs)).toBeGreaterThan(0n);
    expect(record!.subarray(CONTEXT.cgroupId, CONTEXT.endBytes).every((byte) => byte === 0)).toBe(true);
  });
});
