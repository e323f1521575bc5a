import { expect, it } from 'vitest';
import { compileCalls } from './support/calls.ts';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { OwnCgroup } from './support/own-cgroup.ts';
import { WaggleProcess } from './support/waggle-process.ts';

expectNothingLeft();
const calls = compileCalls();

const READS = 5000;
const SCRIPT = `
tracepoint:syscalls:sys_enter_read { @start[tid] = nsecs; }
tracepoint:syscalls:sys_exit_read / @start[tid] / { @times = hist(nsecs - @start[tid]); }`;

/** `[1K, 2K)             123 |@@@@     |`: bounds, count, bar of 52 cells. */
const ROW = /^\[(\d+[KMG]?)(?:, (\d+[KMG]?)\)|\]) +(\d+) \|(@*) *\|$/;
const BAR_WIDTH = 52;
const FACTORS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

it('shows on Ctrl-C how long the reads of a workload took, each of them, and the last start', async () => {
  const cgroup = new OwnCgroup();
  const waggle = new WaggleProcess(['run', '-v', '-e', SCRIPT, '--cgroup', cgroup.path]);
  try {
    await waggle.attached();
    const workload = cgroup.start([calls, `read:${READS}`]);
    await new Promise((resolve) => workload.once('exit', resolve));
    const { code, stdout, stderr } = await waggle.interrupt();
    expect(code).toBe(0);
    expect(stderr).toContain('waggle: aggregated in the kernel, 0 map updates lost\n');
    expect(stdout).toMatch(new RegExp(`^\\n\\n@start\\[${workload.pid}\\]: \\d+\\n@times:\\n`));
    const rows = stdout.slice(stdout.indexOf('@times:\n')).trimEnd().split('\n').slice(1);
    const parsed = rows.map((row) => ROW.exec(row)!);
    expect(parsed).not.toContain(null);
    const counts = parsed.map(([, , , count]) => Number(count));
    expect(sum(counts)).toBe(READS);
    // Each row begins where the one before ends; the bars grow with the counts.
    const bounds = parsed.map(([, from, to]) => [number(from!), number(to ?? String(number(from!) + 1))]);
    for (let at = 1; at < bounds.length; at++) expect(bounds[at]![0]).toBe(bounds[at - 1]![1]);
    const most = Math.max(...counts);
    expect(parsed.map(([, , , , bar]) => bar!.length)).toEqual(
      counts.map((count) => Math.floor((count * BAR_WIDTH) / most)),
    );
  } finally {
    waggle.signal('SIGKILL');
    await cgroup.close();
  }
});

function number(text: string): number {
  return Number.parseInt(text, 10) * (FACTORS[text.at(-1)!] ?? 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, count) => total + count, 0);
}
