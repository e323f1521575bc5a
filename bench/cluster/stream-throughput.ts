import { once } from 'node:events';
import { closeSync, createReadStream, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waggleProcesses } from '../../test/cluster/support/agent-process.ts';
import { readDaemons, readRecord } from '../../test/ground/cluster/cluster-state.ts';
import { type Bench, print } from '../harness/bench.ts';
import { type BenchCluster, NAMESPACE } from '../harness/bench-cluster.ts';
import { cpuSecondsOf } from '../harness/cpu-seconds.ts';
import { formatNumber, formatTable } from '../harness/format-table.ts';
import { lastGrowth } from '../harness/last-growth.ts';
import type { PodWorkload } from '../harness/pod-workload.ts';
import { median } from '../harness/statistics.ts';
import type { WorkloadTask } from '../harness/workload.ts';

const SCRIPT = `tracepoint:syscalls:sys_enter_openat {
  printf("%d %d %d %s %s\\n", pid, tid, args.flags, comm, str(args.filename));
}`;
const ATTACH_DEADLINE_MS = 30_000;
/** Events wait for other nodes' for a quarter of a second. */
const SILENCE_MS = 1500;

/** Events a second that one node makes; absent: as fast as it can. */
const RATES = [10_000, 50_000, undefined] as const;

interface Streamed {
  readonly madePerSecond: number;
  /** Lines that arrived, over the time from the first event to the last line. */
  readonly shownPerSecond: number;
  readonly lost: number;
  readonly told: number;
  readonly made: number;
  /** CPU nanoseconds for each line that arrived. */
  readonly cpuNs: Readonly<Record<Stage, number>>;
}

/** The processes on an event's way. */
const STAGES = ['agent', 'gateways', 'API server', 'command'] as const;
type Stage = (typeof STAGES)[number];

/** Events of one node through agent, gateway and API server into `kubectl waggle run`, whose output goes to a file. */
export async function streamThroughput(bench: Bench, cluster: BenchCluster, workload: PodWorkload): Promise<void> {
  const rows: string[][] = [];
  for (const perSecond of RATES) {
    const iterations = (bench.quick ? 1 : 10) * (perSecond ?? 50_000);
    const task = { iterations, opensOnly: true, ...(perSecond === undefined ? {} : { perSecond }) };
    const results: Streamed[] = [];
    for (let round = 0; round < Math.min(3, bench.rounds); round++) {
      results.push(await measure(cluster, workload, task, bench.folder));
    }
    rows.push([perSecond === undefined ? 'as fast as it goes' : `${formatNumber(perSecond)}/s`, ...cells(results)]);
  }
  const header = ['events of one node', 'made/s', 'shown/s', 'lost', 'told', ...STAGES.map((stage) => `${stage}, ns`)];
  print(formatTable(header, rows));
}

async function measure(
  cluster: BenchCluster,
  workload: PodWorkload,
  task: WorkloadTask,
  folder: string,
): Promise<Streamed> {
  const path = join(folder, 'streamed');
  const output = openSync(path, 'w');
  const command = cluster.start(['run', '-n', NAMESPACE, '-e', SCRIPT], output);
  const ended = once(command, 'close');
  let errors = '';
  command.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  try {
    await untilShown(path, workload, () => `it shows nothing: ${errors}`);
    const before = await countLines(path);
    const processes = await processesOf(cluster, command.pid!);
    const cpuBefore = cpuOf(processes);
    const started = performance.now();
    const { seconds } = await workload.run(task);
    const endedMs = await lastGrowth(path, SILENCE_MS);
    const cpuAfter = cpuOf(processes);
    command.kill('SIGINT');
    await ended;
    const shown = (await countLines(path)) - before;
    const cpuNs = STAGES.map((stage) => [stage, ((cpuAfter[stage] - cpuBefore[stage]) * 1e9) / shown]);
    return {
      made: task.iterations,
      madePerSecond: task.iterations / seconds,
      shownPerSecond: (shown * 1000) / (endedMs - started),
      lost: task.iterations - shown,
      told: Number(/(\d+) lost/.exec(errors)?.[1] ?? Number.NaN),
      cpuNs: Object.fromEntries(cpuNs) as Record<Stage, number>,
    };
  } finally {
    command.kill('SIGKILL');
    closeSync(output);
    rmSync(path);
  }
}

/** Makes events until one is shown, and waits for the last of them. */
async function untilShown(path: string, workload: PodWorkload, problem: () => string): Promise<void> {
  const deadline = performance.now() + ATTACH_DEADLINE_MS;
  while (statSync(path).size === 0) {
    if (performance.now() > deadline) throw new Error(problem());
    await workload.run({ iterations: 10, opensOnly: true });
    await sleep(50);
  }
  await lastGrowth(path, SILENCE_MS);
}

async function processesOf(cluster: BenchCluster, command: number): Promise<Readonly<Record<Stage, number[]>>> {
  const [agents, gateways] = await Promise.all([
    waggleProcesses(cluster, 'agent'),
    waggleProcesses(cluster, 'gateway'),
  ]);
  const [node] = cluster.facts.nodes;
  const server = readDaemons(readRecord(cluster.facts.name)!.layout).find(({ name }) => name === 'kube-apiserver')!;
  return {
    agent: agents.filter((agent) => agent.node === node!.name).map(({ pid }) => pid),
    gateways: gateways.map(({ pid }) => pid),
    'API server': [server.pid],
    command: [command],
  };
}

function cpuOf(processes: Readonly<Record<Stage, number[]>>): Readonly<Record<Stage, number>> {
  const sum = (stage: Stage): number => processes[stage].reduce((total, pid) => total + cpuSecondsOf(pid), 0);
  return Object.fromEntries(STAGES.map((stage) => [stage, sum(stage)])) as Record<Stage, number>;
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
  }
  return lines;
}

const NEWLINE = 10;

function cells(results: readonly Streamed[]): string[] {
  const of = (pick: (result: Streamed) => number): number => median(results.map(pick));
  const lost = of((result) => result.lost / result.made);
  return [
    formatNumber(of(({ madePerSecond }) => madePerSecond)),
    formatNumber(of(({ shownPerSecond }) => shownPerSecond)),
    `${(100 * lost).toFixed(1)} %`,
    results.every((result) => result.lost === result.told)
      ? 'exactly'
      : `${(100 * of((result) => result.told / result.made)).toFixed(1)} %`,
    ...STAGES.map((stage) => formatNumber(of(({ cpuNs }) => cpuNs[stage]))),
  ];
}
