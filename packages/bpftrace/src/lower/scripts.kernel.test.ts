import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONTEXT, INTERNAL_MAPS, LEDGER } from '../script/compiled-script.ts';
import { type LoadedScript, loadScript, ownComm, wordsOf } from './loaded-script.test-kit.ts';
import { compileText, machineFacts } from './machine-facts.test-kit.ts';
import { cgroupId, NestedCgroup, unifiedMount } from './nested-cgroup.test-kit.ts';
import { openMissing, startScripts } from './started-script.test-kit.ts';

const facts = machineFacts();
const { start, stop } = startScripts(facts);

describe('a tracepoint', () => {
  test('sends its arguments', () => {
    const text = 'tracepoint:syscalls:sys_enter_chdir { print((path = str(args.filename), tid = tid)); }';
    using running = start(text, { guard: { pids: [process.pid] }, eventContext: true });
    openMissing('/no/such/folder');
    stop();
    const [bytes] = running.records();
    expect(bytes!.subarray(bytes!.length - 15).toString()).toBe('/no/such/folder');
    expect(bytes!.readUInt32LE(CONTEXT.pid)).toBe(process.pid);
    expect(bytes!.subarray(CONTEXT.comm, CONTEXT.endBytes)).toEqual(ownComm());
  });

  test('finds the entry that another probe made', () => {
    using running = start(`
      tracepoint:syscalls:sys_enter_chdir { @start[tid] = nsecs; }
      tracepoint:syscalls:sys_exit_chdir /@start[tid]/ { @took = hist(nsecs - @start[tid]); @ret = args.ret; delete(@start, tid); }`);
    for (let i = 0; i < 5; i++) openMissing('/no/such/folder');
    stop();
    const count = wordsOf(running.scalar('map_took')).reduce((a, b) => a + b, 0n);
    expect(count).toBe(5n);
    expect(wordsOf(running.scalar('map_ret'))[0]).toBe(-2n);
    expect(running.entries('map_start').size).toBe(0);
  });

  test('takes stacks', () => {
    using running = start('tracepoint:syscalls:sys_enter_chdir { @[kstack, ustack(5)] = count(); }');
    openMissing('/no/such/folder');
    stop();
    const [key] = [...running.entries('map_').keys()].map((hex) => Buffer.from(hex, 'hex'));
    expect(key!.readUInt32LE(8)).toBe(0);
    expect(key!.readUInt32LE(24)).toBe(process.pid);
    expect(running.script.stackMaps.map(({ limit }) => limit).toSorted((a, b) => a - b)).toEqual([5, 127]);
    expect(running.lost(LEDGER.stackLost)).toBe(0n);
    const user = running.maps.get('stacks_5')!.lookup(key!.subarray(16, 20));
    expect(user!.readBigUInt64LE(0)).toBeGreaterThan(0n);
  });
});

describe('the guard', () => {
  const text = 'tracepoint:syscalls:sys_enter_chdir { @[pid] = count(); }';

  test('lets through only what was asked for', () => {
    using running = start(text, { guard: { pids: [process.pid + 1] } });
    openMissing('/no/such/folder');
    stop();
    expect(running.entries('map_').size).toBe(0);
  });

  test('knows a comm', () => {
    using running = start(text, {
      guard: { pids: [process.pid], comm: ownComm().toString('latin1').replaceAll('\0', '') },
    });
    openMissing('/no/such/folder');
    stop();
    expect(running.entries('map_').size).toBe(1);
  });

  test('knows the ancestors of a cgroup', () => {
    const levels = [0, 1, 2, 3];
    using running = start(text, { guard: { pids: [process.pid], cgroupLevels: levels } });
    openMissing('/no/such/folder');
    expect(running.entries('map_').size).toBe(0);
    running.maps.get(INTERNAL_MAPS.targets)!.update(cgroupId(unifiedMount()), Buffer.from([1]));
    openMissing('/no/such/folder');
    stop();
    expect(running.entries('map_').size).toBe(1);
  });

  test('asks a task for its cgroup as the kernel does', () => {
    using cgroup = new NestedCgroup();
    const script = `
      rawtracepoint:sys_enter /in_target()/ { @current = count(); }
      rawtracepoint:sys_enter /in_target(curtask)/ { @direct = count(); }
      rawtracepoint:sys_enter /in_target((struct task_struct *)(uint64)curtask)/ { @probed = count(); }`;
    const own = { cgroupLevels: [2] };
    const ancestor = { cgroupLevels: [1] };
    for (const [guard, target, seen] of [
      [own, cgroup.inner, true],
      [ancestor, cgroup.outer, true],
      [own, cgroup.outer, false],
      [{ cgroupLevels: [7] }, cgroup.inner, false],
    ] as const) {
      const id = cgroupId(target);
      for (const known of [{}, { cgroupIds: [1n, id.readBigUInt64LE()] }]) {
        using running = start(script, { guard: { ...guard, ...known } });
        running.maps.get(INTERNAL_MAPS.targets)?.update(id, Buffer.from([1]));
        cgroup.run();
        stop();
        const counts = ['map_current', 'map_direct', 'map_probed'].map((map) => countIn(running, map));
        expect(counts[0]! > 0n).toBe(seen);
        expect(counts).toEqual([counts[0], counts[0], counts[0]]);
      }
    }
  });
});

describe('typed pointers', () => {
  const text = `
    rawtracepoint:sys_enter /pid == ${process.pid}/ {
      @tgid = curtask.tgid;
      @parent = curtask.real_parent.tgid;
      $t = curtask;
      @comm = $t.group_leader.comm;
      @nothing = $t.mm.exe_file.f_inode.i_sb.s_root.d_parent.d_inode.i_ino;
    }`;
  test.each([true, false])('give the same whether loads are direct (%s) or not', (directLoads) => {
    using running = start(text, { directLoads });
    openMissing('/no/such/folder');
    stop();
    expect(wordsOf(running.scalar('map_tgid'))[0]).toBe(BigInt(process.pid));
    expect(wordsOf(running.scalar('map_parent'))[0]).toBe(BigInt(process.ppid));
    const leader = readFileSync(`/proc/${process.pid}/comm`, 'latin1').trimEnd();
    expect(running.scalar('map_comm').subarray(0, 16).toString('latin1')).toBe(leader.padEnd(16, '\0'));
  });
});

test('a callback searches in the frame of another one', () => {
  const name = 'str(curtask.mm.exe_file.f_path.dentry.d_name.name)';
  const search = `if (strcontains(${name}, "a")) { if (true) { return; } } else if (true) { printf("%%\\n"); }`;
  const config = 'config = { on_stack_limit = 300; max_strlen = 200 }';
  const script = compileText(`${config} BEGIN { for $i : 0..3 { ${search} } }`, facts);
  loadScript(script)[Symbol.dispose]();
});

test('every instruction knows its line', () => {
  const script = compileText('BEGIN\n{\n  @x = 1;\n  @y[pid] = count();\n}', facts);
  const instructions = script.programs[0]!.spec.instructions.filter(({ kind }) => kind !== 'label');
  expect(new Set(instructions.map(({ source }) => source?.line))).toEqual(new Set([1, 3, 4]));
});

function countIn(running: LoadedScript, map: string): bigint {
  return wordsOf(running.scalar(map)).reduce((sum, word, i) => (i % 2 === 0 ? sum + word : sum), 0n);
}
