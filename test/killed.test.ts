import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  bpfObjects,
  bpfObjectsOf,
  commandCgroups,
  commandPids,
  expectNothingLeft,
} from './support/kernel-leftovers.ts';
import { OwnCgroup } from './support/own-cgroup.ts';
import { WaggleProcess } from './support/waggle-process.ts';
import { waitUntil } from './support/wait-until.ts';

expectNothingLeft();

/** Programs, maps, a ring buffer; a tracepoint (perf event), a raw tracepoint (link), a timer, END. */
const SCRIPT = `
tracepoint:syscalls:sys_enter_getpgid { @[comm] = count(); print((n = 1)); }
rawtracepoint:sched_process_exit { @exits = count(); }
interval:s:1 { printf("tick\\n"); }
END { printf("bye\\n"); }`;

describe('SIGKILL of waggle', () => {
  /** Kills it, and waits until none of what it holds in the kernel is left. */
  async function killAndExpectNothing(waggle: WaggleProcess): Promise<void> {
    const mine = bpfObjectsOf(waggle.pid);
    for (const kind of ['prog_id', 'map_id', 'link_id']) {
      expect([...mine].filter((name) => name.startsWith(kind)).length).toBeGreaterThan(0);
    }
    expect([...mine].every((name) => bpfObjects().has(name))).toBe(true);
    waggle.signal('SIGKILL');
    expect(await waggle.ended).toMatchObject({ code: 137 });
    await waitUntil('no program, map or link is left', () => [...bpfObjects()].every((name) => !mine.has(name)));
  }

  it('leaves nothing of a trace of a cgroup, and the cgroup as it was', async () => {
    const cgroup = new OwnCgroup();
    try {
      const workload = cgroup.start(['sleep', '60']);
      const waggle = new WaggleProcess(['run', '-v', '-e', SCRIPT, '--cgroup', cgroup.path]);
      await waggle.attached();
      await killAndExpectNothing(waggle);
      expect(existsSync(`/proc/${workload.pid}`)).toBe(true);
      expect(existsSync(cgroup.folder)).toBe(true);
    } finally {
      await cgroup.close();
    }
  });

  it('leaves nothing of a trace of a command but the command, which goes on', async () => {
    const waggle = new WaggleProcess(['run', '-v', '-e', SCRIPT, '--', 'sh', '-c', 'echo ready; sleep 60; exit']);
    await waggle.shows('ready');
    const pids = commandPids(waggle.pid);
    expect(pids.length).toBeGreaterThan(0);
    try {
      // The command holds our end of standard output open, which `ended` waits for.
      const gone = waitUntil('waggle is gone', () => !waggle.isRunning());
      const mine = bpfObjectsOf(waggle.pid);
      expect(mine.size).toBeGreaterThan(0);
      waggle.signal('SIGKILL');
      await gone;
      await waitUntil('no program, map or link is left', () => [...bpfObjects()].every((name) => !mine.has(name)));
      await waitUntil('its cgroup is gone', () => commandCgroups(waggle.pid).length === 0);
      for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(true);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    }
    await waggle.ended;
  });

  it('leaves no command that waits to be started', async () => {
    const waggle = new WaggleProcess(['run', '-e', SCRIPT, '--', 'sh', '-c', 'echo ran']);
    await waitUntil('there is a cgroup', () => commandCgroups(waggle.pid).length > 0);
    waggle.signal('SIGKILL');
    expect(await waggle.ended).toMatchObject({ code: 137, stdout: '' });
    await waitUntil('its cgroup is gone', () => commandCgroups(waggle.pid).length === 0);
  });
});

describe('waggle', () => {
  it('ends with SIGTERM and with SIGHUP as with Ctrl-C', async () => {
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      const waggle = new WaggleProcess([
        'run',
        '-v',
        '-e',
        'interval:s:1000 { printf("tick\\n"); } END { printf("bye\\n"); }',
      ]);
      await waggle.attached();
      waggle.signal(signal);
      expect(await waggle.ended).toMatchObject({ code: 0, stdout: 'bye\n' });
    }
  });
});
