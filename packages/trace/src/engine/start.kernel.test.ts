import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import { exit } from '@waggle/bpf/asm';
import { type CompiledProgram, SourceText } from '@waggle/bpftrace';
import { afterEach, describe, expect, it } from 'vitest';
import { Command } from '../command/command.ts';
import { resolveTarget } from '../target/resolve-target.ts';
import { Collector } from '../testing/collector.ts';
import { facts, identities, prepare } from '../testing/trace-command.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { PreparedTrace } from './prepared-trace.ts';

const SCRIPT = 'tracepoint:syscalls:sys_enter_openat { @ = count(); }';

/** The script above with its program changed to something that the compiler would not make. */
function changed(change: (program: CompiledProgram) => CompiledProgram): PreparedTrace {
  const { script } = prepare(SCRIPT);
  const programs = script.programs.map(change);
  const request = { source: new SourceText('test.bt', SCRIPT), identities, options: { directLoads: false } };
  return new PreparedTrace({ ...script, programs }, request, facts);
}

afterEach(async () => {
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
});

describe('a trace that does not start leaves nothing', () => {
  it('where it is only prepared', () => {
    prepare(SCRIPT);
  });

  it('where the verifier refuses a program: its words stand at a place of the script', async () => {
    const trace = changed((program) => ({ ...program, spec: { ...program.spec, instructions: [exit()] } }));
    await expect(trace.start(new Collector())).rejects.toMatchObject({
      code: 'LOAD_REFUSED',
      diagnostics: [{ code: 'verifier-refused', message: expect.stringContaining('R0 !read_ok') }],
    });
  });

  it('where hooks are not there: each is named', async () => {
    const missing = ['no_such_a', 'no_such_b'].map((name) => {
      return {
        name: `tracepoint:syscalls:${name}`,
        attach: { kind: 'tracepoint', category: 'syscalls', name } as const,
      };
    });
    const trace = changed((program) => ({ ...program, attachPoints: [...program.attachPoints, ...missing] }));
    await expect(trace.start(new Collector())).rejects.toMatchObject({
      code: 'ATTACH_FAILED',
      diagnostics: missing.map(({ name }) => ({ code: 'attach-failed', message: expect.stringContaining(name) })),
    });
  });

  it('where a map is too large', async () => {
    const { script } = prepare(SCRIPT);
    const mapSpecs = script.mapSpecs.map((spec) => ({ ...spec, maxEntries: 0xffff_ffff, valueSize: 1 << 20 }));
    const request = { source: new SourceText('test.bt', SCRIPT), identities };
    const trace = new PreparedTrace({ ...script, mapSpecs }, request, facts);
    await expect(trace.start(new Collector())).rejects.toMatchObject({ code: 'MAP_REFUSED' });
  });

  it('where the sink fails at once', async () => {
    const sink = new Collector();
    sink.attached = () => {
      throw new Error('no terminal');
    };
    await expect(prepare('interval:s:1000 { @ = 1; }').start(sink)).rejects.toThrow('no terminal');
  });
});

describe('a trace that is stopped leaves nothing', () => {
  it('right after it started, and starts again', async () => {
    const trace = prepare('begin { printf("x"); } interval:s:1000 { @ = 1; }');
    for (let run = 0; run < 3; run++) {
      const sink = new Collector();
      const running = await trace.start(sink);
      await running.stop();
      expect(sink.actions).toHaveLength(1);
      expect(running.ledger()).toMatchObject({ kept: 1, seen: 1 });
    }
  });

  it('in a burst', async () => {
    const command = await Command.start(['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'status=none'], identities.tree);
    const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
    const sink = new Collector();
    const trace = prepare('tracepoint:syscalls:sys_enter_read { @all = count(); print((n = 1)); }', { target });
    const running = await trace.start(sink, { command });
    await waitUntil('the command is at work', () => sink.events.length > 0);
    // Timers have their turn while records come in without end.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { ledger } = await running.stop();
    command.kill('SIGKILL');
    await command.ended;
    await command.close();
    const all = sink.finalMaps.get('@all')!.entries[0]!.value;
    expect(all).toEqual({ kind: 'total', total: BigInt(ledger.seen) });
    expect(ledger.kept).toBe(sink.events.length);
  });
});

it('keeps ten traces in one process apart', async () => {
  const command = await Command.start(['cp', '/etc/passwd', '/dev/null'], identities.tree);
  const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
  const sinks = Array.from({ length: 10 }, () => new Collector());
  const options = { ringBytes: 64 * 1024 };
  const traces = await Promise.all(
    sinks.map((sink, n) => {
      const script = `tracepoint:syscalls:sys_enter_openat { print((n = (uint64)${n}, path = str(args.filename))); }`;
      return prepare(script, { target, options }).start(sink);
    }),
  );
  command.release();
  await command.ended;
  const ends = await Promise.all(traces.map((trace) => trace.stop()));
  await command.close();
  const counts = new Set(ends.map(({ ledger }) => ledger.kept));
  expect(counts.size).toBe(1);
  for (const [n, sink] of sinks.entries()) {
    expect(new Set(sink.column('n'))).toEqual(new Set([BigInt(n)]));
    expect(sink.column('path')).toContain('/etc/passwd');
  }
});
