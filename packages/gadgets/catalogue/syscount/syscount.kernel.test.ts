import { describe, expect, it } from 'vitest';
import { compileCalls } from '../../../../test/support/calls.ts';
import { expectNothingLeft } from '../../../../test/support/kernel-leftovers.ts';
import { runWaggle } from '../../../../test/support/waggle-process.ts';

expectNothingLeft();
const calls = compileCalls();

interface Row {
  readonly syscall: string;
  readonly calls: number;
  readonly errors: number | null;
  readonly time: number;
  readonly slowest: number;
}

async function rows(...command: string[]): Promise<Row[]> {
  const { stdout } = await runWaggle(['run', 'syscount', '-q', '-o', 'json', '--', ...command]);
  return JSON.parse(stdout) as Row[];
}

describe('syscount', () => {
  it('counts calls and errors, each, and sums their time', async () => {
    const table = new Map(
      (await rows(calls, 'read:1000', 'badfsync:300', 'sleep:50')).map((row) => [row.syscall, row]),
    );
    expect(table.get('read')).toMatchObject({ calls: 1000, errors: null });
    expect(table.get('fsync')).toMatchObject({ calls: 300, errors: 300 });
    const sleeps = table.get('clock_nanosleep')!;
    expect(sleeps).toMatchObject({ calls: 50, errors: null });
    // Each sleeps a tenth of a millisecond at least.
    expect(sleeps.time).toBeGreaterThanOrEqual(50 * 100_000);
    for (const { calls: count, time, slowest } of table.values()) {
      expect(slowest).toBeLessThanOrEqual(time);
      expect(slowest * count).toBeGreaterThanOrEqual(time);
    }
  });

  it('shows what takes longest first, and calls that return from signals by name', async () => {
    const table = await rows('bash', '-c', 'trap : USR1; kill -USR1 $$; sleep 0.05');
    const times = table.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const names = table.map(({ syscall }) => syscall);
    expect(names).toContain('rt_sigreturn');
    expect(names.filter((name) => name.startsWith('syscall_'))).toEqual([]);
  });
});
