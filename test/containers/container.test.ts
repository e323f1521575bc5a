import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import { SourceText } from '@waggle/bpftrace';
import { Identities } from '@waggle/identity';
import { MachineFacts, prepareTrace, resolveTarget, type Sink, type TraceEvent } from '@waggle/trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RuncContainer } from './runc-container.ts';

const OPENS = 'tracepoint:syscalls:sys_enter_openat { print((path = str(args.filename))); }';

describe('a runc container', () => {
  let mine: RuncContainer;
  let other: RuncContainer;

  beforeEach(async () => {
    mine = new RuncContainer('while :; do cat /bin/busybox; sleep 0.05; done');
    other = new RuncContainer('while :; do cat /bin/sleep; sleep 0.05; done');
    await Promise.all([running(mine), running(other)]);
  });

  afterEach(async () => {
    await Promise.all([mine.close(), other.close()]);
    await slowClosesDone();
    expect(openDescriptors()).toEqual([]);
  });

  it('is found by its name and by a unique prefix, and known by its cgroup', async () => {
    const identities = new Identities();
    const found = await identities.findContainer(mine.id);
    expect(found).toMatchObject({ id: mine.id, name: mine.id, runtime: 'runc' });
    const identity = new Identities().lookup(identities.tree.cgroupId(found.cgroupPath));
    expect(identity).toMatchObject({ name: mine.id, container: { id: mine.id, runtime: 'runc' } });
    await expect(identities.findContainer(`waggle-test-${process.pid}-`)).rejects.toMatchObject({
      code: 'AMBIGUOUS_CONTAINER',
      candidates: [expect.anything(), expect.anything()],
    });
    await expect(identities.findContainer('no-such-container')).rejects.toMatchObject({ code: 'NO_SUCH_CONTAINER' });
  });

  it('is traced alone, by name, until it dies', async () => {
    const identities = new Identities();
    const target = await resolveTarget({ containers: [mine.id] }, identities);
    const { trace, diagnostics } = prepareTrace({
      source: new SourceText('opens.bt', OPENS),
      target,
      facts: new MachineFacts(),
      identities,
    });
    expect(diagnostics).toEqual([]);
    const events: TraceEvent[] = [];
    const sink: Sink = {
      event: (event) => {
        events.push(event);
        if (events.length === 20) mine.kill();
      },
      action: () => {},
    };
    const end = await (await trace!.start(sink)).done;
    expect(end).toMatchObject({ reason: 'target-gone', ledger: { kept: events.length } });
    expect(new Set(events.map(({ identity }) => identity?.name))).toEqual(new Set([mine.id]));
    const paths = events.map(({ values }) => values[0]);
    expect(paths).toContain('/bin/busybox');
    expect(paths).not.toContain('/bin/sleep');
  });
});

/** `runc run` says nothing when the container is up: its processes in its cgroup do. */
async function running(container: RuncContainer): Promise<void> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
    const identities = new Identities();
    const found = await identities.findContainer(container.id).catch(() => undefined);
    if (found !== undefined && identities.tree.pidsOf(found.cgroupPath).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`container ${container.id} did not start`);
}
