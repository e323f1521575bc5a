import { describe, expect, it } from 'vitest';
import { compileCalls } from './support/calls.ts';
import { commandEnded, expectNothingLeft } from './support/kernel-leftovers.ts';
import { runWaggle, WaggleProcess } from './support/waggle-process.ts';

expectNothingLeft();
const calls = compileCalls();

const EVENTS = 1_000_000;
/** Numbers the events: the workload calls getpgid(1), getpgid(2), …, and nothing else does. */
const SCRIPT = 'tracepoint:syscalls:sys_enter_getpgid { printf("%d\\n", args.pid); }';
const RECORDS = 'tracepoint:syscalls:sys_enter_getpgid { print((n = args.pid)); }';

interface Ledger {
  readonly seen: number;
  readonly kept: number;
  readonly lost: number;
}

function ledgerOf(stderr: string): Ledger {
  const match = /^waggle: (\d+) events seen, (\d+) kept, (\d+) lost$/m.exec(stderr);
  if (match === null) throw new Error(`no ledger in ${JSON.stringify(stderr)}`);
  const [seen, kept, lost] = match.slice(1).map(Number);
  return { seen: seen!, kept: kept!, lost: lost! };
}

/** The books are right: against what the workload did, and against what came out. */
function expectExact(stderr: string, numbers: readonly number[], events: number): Ledger {
  const ledger = ledgerOf(stderr);
  expect(ledger.seen).toBe(events);
  expect(ledger.kept + ledger.lost).toBe(events);
  expect(numbers).toHaveLength(ledger.kept);
  // In order, each at most once.
  let last = 0;
  for (const n of numbers) {
    if (!(n > last && n <= events)) expect([last, n]).toBe('rising numbers');
    last = n;
  }
  return ledger;
}

/** One number a line. */
function numbersOf(stdout: string): number[] {
  return stdout.trimEnd().split('\n').map(Number);
}

describe('a million events', () => {
  it('are kept or counted as lost, as text', async () => {
    const { code, stdout, stderr } = await runWaggle(['run', '-e', SCRIPT, '--', calls, `getpgid:${EVENTS}`]);
    expect(code).toBe(0);
    expectExact(stderr, numbersOf(stdout), EVENTS);
  });

  it('are kept or counted as lost, as records', async () => {
    const rows = ['-o', 'csv', '--columns', 'n'];
    const { stdout, stderr } = await runWaggle(['run', '-e', RECORDS, ...rows, '--', calls, `getpgid:${EVENTS}`]);
    expectExact(stderr, numbersOf(stdout.slice('n\r\n'.length)), EVENTS);
  });

  /** Stops waggle between the first events and the rest, until the workload has made all of them. */
  async function runStopped(
    ringSize: string,
    events: number,
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const command = [calls, 'getpgid:1', 'wait', `getpgid:${events}`];
    const waggle = new WaggleProcess(['run', '-e', SCRIPT, '--ring-size', ringSize, '--', ...command]);
    await waggle.shows('1\n');
    waggle.signal('SIGSTOP');
    waggle.write('\n');
    await commandEnded(waggle.pid);
    waggle.signal('SIGCONT');
    return waggle.ended;
  }

  it('are counted as lost where nobody reads a small ring buffer', async () => {
    const { code, stdout, stderr } = await runStopped('64K', EVENTS);
    expect(code).toBe(0);
    const { lost } = expectExactAfterFirst(stdout, stderr, EVENTS);
    expect(lost).toBeGreaterThan(EVENTS / 2);
    expect(stderr).toContain('a larger --ring-size or a narrower target helps\n');
  });

  it('are kept, all of them, where the ring buffer holds them', async () => {
    const { stdout, stderr } = await runStopped('64M', EVENTS);
    const { kept, lost } = expectExactAfterFirst(stdout, stderr, EVENTS);
    expect([kept, lost]).toEqual([EVENTS + 1, 0]);
  });

  /** The workload makes one event, waits, and starts to number anew. */
  function expectExactAfterFirst(stdout: string, stderr: string, events: number): Ledger {
    const [first, ...rest] = numbersOf(stdout);
    expect(first).toBe(1);
    const ledger = ledgerOf(stderr);
    const { seen, kept, lost } = ledger;
    expectExact(
      stderr.replace(`${seen} events seen, ${kept} kept`, `${seen - 1} events seen, ${kept - 1} kept`),
      rest,
      events,
    );
    expect(kept + lost).toBe(events + 1);
    return ledger;
  }
});
