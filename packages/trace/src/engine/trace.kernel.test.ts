import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import { afterEach, describe, expect, it } from 'vitest';
import { Command } from '../command/command.ts';
import { resolveTarget } from '../target/resolve-target.ts';
import { Collector } from '../testing/collector.ts';
import { identities, prepare, traceCommand } from '../testing/trace-command.ts';
import { waitUntil } from '../testing/wait-until.ts';

const OPENS = 'tracepoint:syscalls:sys_enter_openat { print((path = str(args.filename), flags = args.flags)); }';

afterEach(async () => {
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
});

describe('a trace of a command', () => {
  it('sees what the command opens, and who did it', async () => {
    const { sink, end, command, cgroup } = await traceCommand(OPENS, ['cp', '/etc/passwd', '/dev/null']);
    expect(sink.column('path')).toContain('/etc/passwd');
    expect(sink.events.every(({ cgroupId, comm }) => cgroupId === cgroup.id && comm === 'cp')).toBe(true);
    expect(sink.events[0]?.identity).toMatchObject({ path: cgroup.path, container: { runtime: 'waggle' } });
    expect(new Set(sink.events.map(({ pid, tid }) => pid === tid))).toEqual(new Set([true]));
    expect(Math.abs(Number(sink.events[0]!.timeNs / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    expect(end).toMatchObject({
      reason: 'target-gone',
      exitCode: 0,
      ledger: { kept: sink.events.length, seen: sink.events.length },
    });
    expect(command).toEqual({ exitCode: 0 });
    expect(sink.info).toEqual({ probes: 1, programs: 1 });
    expect(sink.ending).toEqual(end);
  });

  it("sees its descendants and nobody else's opens", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-opens-'));
    try {
      for (const name of ['mine', 'other']) writeFileSync(join(folder, name), '');
      const other = spawn('sh', ['-c', `while :; do cat ${folder}/other; done`]);
      const script = `(cat ${folder}/mine; sh -c 'cat ${folder}/mine'); exit 7`;
      const { sink, end, command } = await traceCommand(OPENS, ['sh', '-c', script]);
      other.kill('SIGKILL');
      const opened = sink.column('path');
      expect(opened.filter((path) => path === `${folder}/mine`)).toHaveLength(2);
      expect(opened).not.toContain(`${folder}/other`);
      expect([end.exitCode, command.exitCode]).toEqual([7, 7]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('sees the very first exec of the command, and the builtin cpid', async () => {
    const script =
      'tracepoint:sched:sched_process_exec { print((file = str(args.filename), is_child = pid == cpid)); }';
    const { sink } = await traceCommand(script, ['sh', '-c', 'true']);
    expect(sink.column('file')).toHaveLength(1);
    expect(sink.column('is_child').map(Number)).toEqual([1]);
  });

  it('delivers printf, maps and the end in the order of the stream', async () => {
    const script = `
      begin { printf("begin %d\\n", 1); }
      tracepoint:syscalls:sys_enter_openat { @opens = count(); @by[comm] = count(); }
      end { printf("end\\n"); }`;
    const { sink } = await traceCommand(script, ['cp', '/etc/passwd', '/dev/null']);
    expect(sink.actions.map(({ action }) => action.kind)).toEqual(['printf', 'printf']);
    const opens = sink.finalMaps.get('@opens')!.entries[0]!.value;
    expect(opens).toEqual({ kind: 'total', total: expect.any(BigInt) });
    expect(sink.finalMaps.get('@by')!.entries).toMatchObject([{ key: 'cp', value: opens }]);
  });

  it('leaves out nothing that a script does to its maps while it runs', async () => {
    const script = `
      begin { @x[1] = count(); @x[2] = count(); @n = 5; @c[1] = 1; print(@x); zero(@x); print(@x); zero(@n); print(@n); clear(@c); print(@c); exit(); }`;
    const { sink, end } = await traceCommand(script, ['true']);
    const totals = sink.printed.map(({ name, entries }) => [
      name,
      entries.map(({ value }) => ('total' in value ? value.total : value)),
    ]);
    expect(totals).toEqual([
      ['@x', [1n, 1n]],
      ['@x', [0n, 0n]],
      ['@n', [{ kind: 'value', value: 0 }]],
      ['@c', []],
    ]);
    expect(end.reason).toBe('exit');
  });
});

describe('the end of a trace', () => {
  it('comes with exit(), which drops what lies behind it and counts it', async () => {
    const script = 'tracepoint:syscalls:sys_enter_openat { print((n = 1)); exit(3); } end { print((n = 2)); }';
    const { sink, end } = await traceCommand(script, [
      'sh',
      '-c',
      'for i in 1 2 3 4; do cp /etc/passwd /dev/null; done',
    ]);
    expect(sink.column('n')).toEqual([1, 2].map((n) => expect.toSatisfy((value) => Number(value) === n)));
    expect(end).toMatchObject({ reason: 'exit', exitCode: 3 });
    expect(end.ledger.seen).toBe(end.ledger.kept + end.ledger.lost.afterExit);
  });

  it('comes at once where begin says exit', async () => {
    const sink = new Collector();
    const running = await prepare('begin { printf("hello\\n"); exit(); }').start(sink);
    expect(await running.done).toMatchObject({ reason: 'exit', exitCode: 0, ledger: { kept: 1 } });
    expect(sink.actions).toHaveLength(1);
  });

  it('comes when an iterator has walked everything, once', async () => {
    const sink = new Collector();
    const script = `iter:task { if (ctx.task.pid == ${process.pid}) { print((pid = ctx.task.pid)); } }`;
    const running = await prepare(script).start(sink);
    expect(await running.done).toMatchObject({ reason: 'exit', ledger: { lost: { ringFull: 0 } } });
    expect(sink.column('pid').map(Number)).toEqual([process.pid]);
  });

  it('comes after a timeout, and when it is stopped, once', async () => {
    const late = await prepare('interval:s:1000 { @ = 1; }').start(new Collector(), { timeoutMs: 20 });
    expect(await late.done).toMatchObject({ reason: 'timeout' });
    const stopped = await prepare('interval:s:1000 { @ = 1; }').start(new Collector());
    const [a, b] = await Promise.all([stopped.stop(), stopped.stop('timeout')]);
    expect(a).toMatchObject({ reason: 'stopped' });
    expect(b).toBe(a);
  });

  it('comes with a sink that fails', async () => {
    const sink = new Collector();
    sink.event = () => {
      throw new Error('no more');
    };
    const command = await Command.start(['cp', '/etc/passwd', '/dev/null'], identities.tree);
    const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
    const running = await prepare(OPENS, { target }).start(sink, { command });
    expect(await running.done).toMatchObject({ reason: 'error', exitCode: 1, error: new Error('no more') });
    await command.ended;
    await command.close();
  });

  it('comes with the death of a traced process', async () => {
    const child = spawn('sleep', ['60']);
    const target = await resolveTarget({ pids: [child.pid!] }, identities);
    const running = await prepare('tracepoint:syscalls:sys_enter_openat { @ = count(); }', { target }).start(
      new Collector(),
    );
    child.kill('SIGKILL');
    expect(await running.done).toMatchObject({ reason: 'target-gone' });
  });

  it('comes when the traced cgroup goes', async () => {
    const command = await Command.start(['sleep', '60'], identities.tree);
    const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
    const running = await prepare('interval:s:1000 { @ = 1; }', { target }).start(new Collector());
    await command.close();
    expect(await running.done).toMatchObject({ reason: 'target-gone' });
  });

  it('comes when the last process of a container ends', async () => {
    const command = await Command.start(['sleep', '60'], identities.tree);
    command.release();
    const name = command.cgroup.path.split('/').at(-1)!;
    const target = await resolveTarget({ containers: [name] }, identities);
    const running = await prepare('interval:s:1000 { @ = 1; }', { target }).start(new Collector());
    command.kill('SIGKILL');
    expect(await running.done).toMatchObject({ reason: 'target-gone' });
    await command.close();
  });
});

describe('losses', () => {
  it('of a full map are counted, each', async () => {
    const script = 'begin { @m[1] = 1; @m[2] = 1; @m[3] = 1; @m[4] = 1; @m[5] = 1; @m[6] = 1; @m[1] = 2; exit(); }';
    const running = await prepare(script, { options: { config: { max_map_keys: '4' } } }).start(new Collector());
    expect((await running.done).ledger).toMatchObject({ lost: { mapFull: 2 } });
  });

  it('of a ring buffer that nobody reads are counted, each', async () => {
    const count = 20_000;
    const script = 'tracepoint:syscalls:sys_enter_read { @all = count(); print((n = 1)); }';
    const argv = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`, 'status=none'];
    const { sink, end } = await traceCommand(script, argv, { options: { ringBytes: 4096 } });
    const { entries } = sink.finalMaps.get('@all')!;
    expect(entries[0]!.value).toEqual({ kind: 'total', total: BigInt(end.ledger.seen) });
    expect(end.ledger.kept).toBe(sink.events.length);
    expect(end.ledger.kept + end.ledger.lost.ringFull).toBe(end.ledger.seen);
    expect(end.ledger.seen).toBeGreaterThanOrEqual(count);
  });

  it('do not come from a sink that pauses, where the ring is large enough', async () => {
    const sink = new Collector();
    let pauses = 0;
    Object.assign(sink, {
      ready() {
        if (pauses++ % 2 === 1) return undefined;
        return new Promise<void>((resolve) => setTimeout(resolve, 5));
      },
    });
    const command = await Command.start(['cp', '/etc/passwd', '/dev/null'], identities.tree);
    const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
    const running = await prepare(OPENS, { target }).start(sink, { command });
    const end = await running.done;
    await command.close();
    expect(sink.column('path')).toContain('/etc/passwd');
    expect(end.ledger).toMatchObject({ kept: sink.events.length, lost: { ringFull: 0 } });
    expect(pauses).toBeGreaterThan(0);
  });
});

it('shows the books while it runs', async () => {
  let live = { kept: 0 };
  const script = 'tracepoint:syscalls:sys_enter_openat { print((n = 1)); }';
  await traceCommand(script, ['sh', '-c', 'cp /etc/passwd /dev/null; exec sleep 60'], {
    onStart(running, command) {
      void waitUntil('an event is in the books', () => running.ledger().kept > 0).then(() => {
        live = running.ledger();
        command.kill('SIGKILL');
      });
    },
  });
  expect(live.kept).toBeGreaterThan(0);
});
