import { spawnSync } from 'node:child_process';
import { attach, type Link } from '@waggle/bpf';
import { afterEach, describe, expect, test } from 'vitest';
import type { CompileOptions } from '../compile-options.ts';
import { type CompiledScript, CONTEXT, INTERNAL_MAPS, LEDGER } from '../script/compiled-script.ts';
import { type LoadedScript, loadScript, ownComm, wordsOf } from './loaded-script.test-kit.ts';
import { compileText, machineFacts } from './machine-facts.test-kit.ts';

const facts = machineFacts();
const links: Link[] = [];

afterEach(() => {
  for (const link of links.splice(0)) link.close();
});

interface Running extends LoadedScript {
  readonly script: CompiledScript;
}

/** Compiles, loads and attaches; the guard is this process. */
function start(text: string, options: CompileOptions = { guard: { pids: [process.pid] } }): Running {
  const script = compileText(text, facts, options);
  const loaded = loadScript(script);
  try {
    script.programs.forEach(({ attachPoints }, i) => {
      for (const point of attachPoints) {
        if (point.attach.kind !== 'test-run') links.push(attach(loaded.programs[i]!, point.attach));
      }
    });
  } catch (error) {
    loaded[Symbol.dispose]();
    throw error;
  }
  return { ...loaded, script };
}

function stop(): void {
  for (const link of links.splice(0)) link.close();
}

/** A system call of this process with a path in it. */
function openMissing(path: string): void {
  try {
    process.chdir(path);
  } catch {
    // ENOENT, as it should be.
  }
}

describe('a tracepoint', () => {
  test('sends its arguments', () => {
    const text = 'tracepoint:syscalls:sys_enter_chdir { print((path = str(args.filename), tid)); }';
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
    using running = start(text, { guard: { pids: [process.pid], comm: ownComm().toString('latin1').replaceAll('\0', '') } });
    openMissing('/no/such/folder');
    stop();
    expect(running.entries('map_').size).toBe(1);
  });

  test('knows the ancestors of a cgroup', () => {
    const levels = [0, 1, 2, 3];
    using running = start(text, { guard: { pids: [process.pid], cgroupLevels: levels } });
    openMissing('/no/such/folder');
    expect(running.entries('map_').size).toBe(0);
    const root = cgroupIds().root;
    running.maps.get(INTERNAL_MAPS.targets)!.update(root, Buffer.from([1]));
    openMissing('/no/such/folder');
    stop();
    expect(running.entries('map_').size).toBe(1);
  });

  test('asks a task for its cgroup as the kernel does', () => {
    const script = `
      rawtracepoint:sys_enter /pid == ${process.pid}/ {
        @current = in_target();
        @task = in_target(curtask);
        @ancestor = in_target((struct task_struct *)(uint64)curtask);
      }`;
    for (const [target, expected] of [['root', 1n], ['own', 1n], ['other', 0n]] as const) {
      using running = start(script, { guard: { cgroupLevels: [0, 1, 2, 3, 4, 5, 6] } });
      running.maps.get(INTERNAL_MAPS.targets)!.update(cgroupIds()[target], Buffer.from([1]));
      openMissing('/no/such/folder');
      stop();
      for (const map of ['map_current', 'map_task', 'map_ancestor']) {
        expect([target, map, wordsOf(running.scalar(map))[0]]).toEqual([target, map, expected]);
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
    expect(running.scalar('map_comm').subarray(0, 16).toString('latin1').replaceAll('\0', '')).not.toBe('');
  });
});

test('every instruction knows its line', () => {
  const script = compileText('BEGIN\n{\n  @x = 1;\n  @y[pid] = count();\n}', facts);
  const lines = script.programs[0]!.spec.instructions.map(({ source }) => source?.line);
  expect(lines).toContain(3);
  expect(lines).toContain(4);
  expect(lines.filter((line) => line === undefined)).toHaveLength(lines.filter((_, i) => script.programs[0]!.spec.instructions[i]!.kind === 'label' && lines[i] === undefined).length);
});

/** Ids of cgroups of the unified hierarchy: the root, this process's, and one that it is not in. */
function cgroupIds(): Record<'root' | 'own' | 'other', Buffer> {
  const mount = spawnSync('findmnt', ['-n', '-o', 'TARGET', '-t', 'cgroup2'], { encoding: 'utf8' }).stdout.trim().split('\n')[0]!;
  const path = spawnSync('sed', ['-n', 's/^0:://p', '/proc/self/cgroup'], { encoding: 'utf8' }).stdout.trim();
  const id = (folder: string) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(spawnSync('stat', ['-c', '%i', folder], { encoding: 'utf8' }).stdout.trim()));
    return bytes;
  };
  const other = Buffer.alloc(8);
  other.writeBigUInt64LE(123_456_789n);
  return { root: id(mount), own: id(`${mount}${path}`), other };
}
