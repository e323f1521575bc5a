import { setTimeout as sleep } from 'node:timers/promises';
import { waggleProcesses } from '../../test/cluster/support/agent-process.ts';
import { attachedLines } from '../harness/agent-logs.ts';
import { type Bench, print } from '../harness/bench.ts';
import type { BenchCluster } from '../harness/bench-cluster.ts';
import { formatNumber, formatTable } from '../harness/format-table.ts';
import type { PodWorkload } from '../harness/pod-workload.ts';
import { memoryOf } from '../harness/process-memory.ts';
import { GADGETS, SCRIPTS } from '../harness/trace-programs.ts';

const EVENTS_PER_SECOND = 10_000;
/** An agent gives memory back a while after the last start of a trace. */
const TRIM_MS = 20_000;

/** Memory of the deployed agents: with nothing to do, with ten traces, after a while of events on one node. */
export async function agentMemory(bench: Bench, cluster: BenchCluster, workload: PodWorkload): Promise<void> {
  const seconds = bench.quick ? 3 : 30;
  const agents = await waggleProcesses(cluster, 'agent');
  const rows: string[][] = [];
  const look = (when: string): void => {
    for (const { node, pid } of agents) {
      const { resident, proportional, anonymous } = memoryOf(pid);
      rows.push([`${node}, ${when}`, ...[resident, proportional, anonymous].map(formatNumber)]);
    }
  };
  look('no trace');
  const names = await startTen(cluster);
  look('ten traces attached');
  await workload.run({ iterations: seconds * EVENTS_PER_SECOND, perSecond: EVENTS_PER_SECOND });
  look(`after ${seconds} s of events`);
  await sleep(bench.quick ? 0 : TRIM_MS);
  look(bench.quick ? 'at once' : `${TRIM_MS / 1000} s later`);
  await cluster.run('delete', 'clustertraces', ...names);
  print(formatTable(['agent, MiB', 'RSS', 'PSS', 'anonymous'], rows));
}

/** Of the whole cluster's pods: scripts in a namespace may not have kernel stacks. */
async function startTen(cluster: BenchCluster): Promise<string[]> {
  const programs = [...GADGETS.map((name) => [name]), ...SCRIPTS.map((script) => ['-e', script])];
  const names: string[] = [];
  for (const [index, program] of programs.entries()) {
    const name = `memory-${index}`;
    await cluster.run('run', '--detach', '--name', name, '-A', ...program);
    names.push(name);
  }
  for (const name of names) await attachedLines(cluster, name);
  return names;
}
