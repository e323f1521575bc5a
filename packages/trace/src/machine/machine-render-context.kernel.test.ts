import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import type { MapSnapshot, StackValue } from '@waggle/bpftrace/output';
import { afterEach, describe, expect, it } from 'vitest';
import { Command } from '../command/command.ts';
import type { Scene } from '../sink.ts';
import { resolveTarget } from '../target/resolve-target.ts';
import { identities, prepare } from '../testing/trace-command.ts';
import { readFrames } from './machine-render-context.ts';

afterEach(async () => {
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
});

/** Traces a command and looks at the maps at the end, when the command is gone. */
async function atTheEnd(
  script: string,
  argv: readonly string[],
  look: (map: MapSnapshot, scene: Scene) => void,
): Promise<void> {
  const command = await Command.start(argv, identities.tree);
  const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
  let looks = 0;
  const running = await prepare(script, { target }).start(
    {
      event() {},
      action() {},
      maps(snapshots, { scene }) {
        looks++;
        look(snapshots[0]!, scene);
      },
    },
    { command },
  );
  expect(await running.done).toMatchObject({ reason: 'target-gone' });
  await command.close();
  expect(looks).toBe(1);
}

describe('MachineRenderContext', () => {
  it('names the user stack of a process that is gone', async () => {
    const script = 'tracepoint:syscalls:sys_enter_clock_nanosleep { @[ustack] = count(); }';
    await atTheEnd(script, ['sleep', '0.5'], ({ key, entries }, { render }) => {
      const { id, pid } = entries[0]!.key as StackValue;
      if (key?.kind !== 'ustack') throw new Error(`a key of type ${key?.kind}`);
      const frames = render.stack(key, id)!;
      const names = frames.map((address) => render.userSymbol(pid, address)?.name);
      expect(names.some((name) => name?.includes('nanosleep'))).toBe(true);
    });
  });

  it('names kernel stacks, and nothing below the kernel', async () => {
    const script = 'tracepoint:sched:sched_process_exec { @[kstack] = count(); }';
    await atTheEnd(script, ['true'], ({ key, entries }, { render }) => {
      const { id } = entries[0]!.key as StackValue;
      if (key?.kind !== 'kstack') throw new Error(`a key of type ${key?.kind}`);
      const names = render.stack(key, id)!.map((address) => render.kernelSymbol(address)?.name);
      expect(names.some((name) => /execve/.test(name ?? ''))).toBe(true);
      expect(render.kernelSymbol(1n)).toBeUndefined();
      expect(render.stack(key, -14n)).toBeUndefined();
    });
  });

  it('knows users, cgroups and clocks', async () => {
    await atTheEnd('begin { @ = 1; } interval:s:1000 { @ = 2; }', ['true'], (_map, { render }) => {
      expect(render.userName(0)).toBe('root');
      expect(render.userName(0x7fff_ffff)).toBeUndefined();
      expect(render.cgroupPath(identities.tree.cgroupId('/'))).toBe('/');
      const now = BigInt(render.nowMs()) * 1_000_000n;
      const second = 1_000_000_000n;
      const monotonic = render.wallClockNs('monotonic', process.hrtime.bigint());
      expect(monotonic - now < second && now - monotonic < second).toBe(true);
      expect(render.wallClockNs('realtime', 5n)).toBe(5n);
    });
  });
});

it('reads the frames of a stack up to the first zero', () => {
  const frames = (words: readonly bigint[]): bigint[] => readFrames(Buffer.from(BigUint64Array.from(words).buffer));
  expect(frames([])).toEqual([]);
  expect(frames([0n, 5n])).toEqual([]);
  expect(frames([7n, 8n, 0n, 9n])).toEqual([7n, 8n]);
  expect(frames([1n, 2n])).toEqual([1n, 2n]);
});
