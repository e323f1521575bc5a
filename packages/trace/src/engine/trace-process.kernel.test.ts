import { objectIds } from '@waggle/bpf/sys';
import { CgroupTree } from '@waggle/identity';
import { afterEach, describe, expect, it } from 'vitest';
import { TraceProcess, type TraceReport } from '../testing/trace-process.ts';
import { waitUntil } from '../testing/wait-until.ts';

const EVENTS = 1_000_000;
/** dd reads single bytes; the loader and others never do. */
const SCRIPT = 'tracepoint:syscalls:sys_enter_read / args.count == 1 / { print((n = args.fd)); }';
const DD = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${EVENTS}`, 'status=none'];

const ID_COMMANDS = {
  prog_id: 'BPF_PROG_GET_NEXT_ID',
  map_id: 'BPF_MAP_GET_NEXT_ID',
  link_id: 'BPF_LINK_GET_NEXT_ID',
} as const;

describe('a tracing process', () => {
  const tree = new CgroupTree();
  let tracer: TraceProcess;

  afterEach(() => tracer.close());

  function expectExact({ events, end }: TraceReport): void {
    const { seen, kept, lost } = end.ledger;
    expect(seen).toBe(EVENTS);
    expect(kept + lost.ringFull).toBe(EVENTS);
    expect(kept).toBe(events);
  }

  it('keeps or counts each of a million events', async () => {
    tracer = new TraceProcess({ script: SCRIPT, argv: DD });
    await tracer.attached();
    const report = await tracer.report();
    expectExact(report);
    expect(report.end).toMatchObject({ reason: 'target-gone', exitCode: 0 });
  });

  it('keeps or counts each of them also when it was stopped meanwhile', async () => {
    tracer = new TraceProcess({ script: SCRIPT, argv: DD, ringBytes: 64 * 1024 });
    const { path } = await tracer.attached();
    tracer.signal('SIGSTOP');
    // Its parent is stopped and does not wait(2) for it: it stays as a zombie, which cgroup.procs does not list.
    await waitUntil('the command has ended', () => tree.pidsOf(path).length === 0);
    tracer.signal('SIGCONT');
    const report = await tracer.report();
    expectExact(report);
    expect(report.end.ledger.lost.ringFull).toBeGreaterThan(0);
  });

  it('leaves nothing when it is killed', async () => {
    tracer = new TraceProcess({ script: `${SCRIPT} interval:s:1 { @ = count(); }`, argv: ['sleep', '60'] });
    const { path, pid } = await tracer.attached();
    const ids = Object.entries(ID_COMMANDS).map(([kind, command]) => {
      const mine = tracer.objectIds(kind as keyof typeof ID_COMMANDS);
      expect(mine.size).toBeGreaterThanOrEqual(2);
      return { command, mine };
    });
    tracer.signal('SIGKILL');
    for (const { command, mine } of ids) {
      await waitUntil(`none of its objects are left (${command})`, () =>
        [...objectIds(command)].every((id) => !mine.has(id)),
      );
    }
    await waitUntil('the cgroup is gone', () => tree.findId(path) === undefined);
    process.kill(pid, 'SIGKILL');
  });
});
