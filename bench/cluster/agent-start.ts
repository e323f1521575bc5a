import { attachedLines } from '../harness/agent-logs.ts';
import { type Bench, print } from '../harness/bench.ts';
import { type BenchCluster, NAMESPACE } from '../harness/bench-cluster.ts';
import { formatNumber, formatTable } from '../harness/format-table.ts';
import { median } from '../harness/statistics.ts';

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'one probe': ['-e', 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }'],
  'one probe, by pod': ['-e', 'tracepoint:syscalls:sys_enter_openat { @[pod] = count(); }'],
  opensnoop: ['opensnoop'],
  execsnoop: ['execsnoop'],
};

/** What the start of a trace takes in an agent that runs: from text to attached, by its own clock. */
export async function agentStart(bench: Bench, cluster: BenchCluster): Promise<void> {
  const rows: string[][] = [];
  for (const [title, program] of Object.entries(PROGRAMS)) {
    const times: number[] = [];
    for (let index = 0; index < 2 * bench.rounds; index++) {
      const name = `start-${rows.length}-${index}`;
      await cluster.run('run', '--detach', '--name', name, '-n', NAMESPACE, ...program);
      times.push(...(await attachedLines(cluster, name)).map(({ startMs }) => startMs));
      await cluster.run('delete', name, '-n', NAMESPACE);
    }
    rows.push([title, ...[median(times), Math.min(...times), Math.max(...times)].map(formatNumber)]);
  }
  print(formatTable(['agent, text to attached, ms', 'median', 'lowest', 'highest'], rows));
}
