import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type ResourceWatch, TRACES, type TraceObject, watchResource } from '@waggle/kube';
import { attachedLines } from '../harness/agent-logs.ts';
import { alternate } from '../harness/alternate.ts';
import { type Bench, print } from '../harness/bench.ts';
import { type BenchCluster, NAMESPACE } from '../harness/bench-cluster.ts';
import { formatNumber, formatTable } from '../harness/format-table.ts';
import type { PodWorkload } from '../harness/pod-workload.ts';
import { median } from '../harness/statistics.ts';

/** Milliseconds from the start of the command, but for `agentMs`. */
interface FirstEvent {
  /** The API server has told of the trace. */
  readonly createdMs: number;
  /** The last node has attached it. */
  readonly attachedMs: number;
  /** From text to attached, as the slower agent has measured. */
  readonly agentMs: number;
  /** A line with a file of the workload is on standard output. */
  readonly shownMs: number;
}

type Figure = readonly [title: string, of: (times: FirstEvent) => number];

const FIGURES: readonly Figure[] = [
  ['command started → trace created', ({ createdMs }) => createdMs],
  ['→ attached on both nodes', ({ createdMs, attachedMs }) => attachedMs - createdMs],
  ['(of it, compiling, loading, attaching, as the agent says)', ({ agentMs }) => agentMs],
  ['→ first event shown', ({ attachedMs, shownMs }) => shownMs - attachedMs],
  ['**command started → first event shown**', ({ shownMs }) => shownMs],
];

const FIRST_EVENT_DEADLINE_MS = 30_000;

/** From `kubectl waggle run opensnoop` to the first event: with events on both nodes, and on one of the two. */
export async function firstEvent(
  bench: Bench,
  cluster: BenchCluster,
  workloads: readonly PodWorkload[],
): Promise<void> {
  using traces = new CreatedTraces(cluster);
  await traces.synced;
  const settings = [workloads, workloads.slice(0, 1)];
  // The first one after a deployment is no warm one.
  await measure(cluster, traces, workloads);
  const results = await alternate(settings, 2 * bench.rounds, (busy) => measure(cluster, traces, busy));
  const rows = FIGURES.map(([title, of]) => [title, ...results.map((times) => spreadText(times.map(of)))]);
  print(formatTable(['ms (lowest to highest)', 'events on both nodes', 'events on one node'], rows));
}

async function measure(
  cluster: BenchCluster,
  traces: CreatedTraces,
  busy: readonly PodWorkload[],
): Promise<FirstEvent> {
  for (const workload of busy) workload.trickle();
  const created = traces.next();
  const startedMs = Date.now();
  const command = cluster.start(['run', 'opensnoop', '-n', NAMESPACE]);
  const ended = once(command, 'close');
  try {
    const shownAtMs = await firstLine(command, 'settings-');
    const { name, atMs } = await created;
    const lines = await attachedLines(cluster, name);
    return {
      createdMs: atMs - startedMs,
      attachedMs: Math.max(...lines.map((line) => line.atMs)) - startedMs,
      agentMs: Math.max(...lines.map(({ startMs }) => startMs)),
      shownMs: shownAtMs - startedMs,
    };
  } finally {
    command.kill('SIGINT');
    await ended;
    for (const workload of busy) await workload.rest();
  }
}

/** When a word first is on standard output. @throws Error with what the command said, where it does not come */
function firstLine(command: ChildProcess, word: string): Promise<number> {
  let errors = '';
  command.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`no event: ${errors}`));
    const deadline = setTimeout(fail, FIRST_EVENT_DEADLINE_MS);
    command.once('exit', fail);
    command.stdout!.on('data', (chunk: Buffer) => {
      if (!chunk.includes(word)) return;
      clearTimeout(deadline);
      resolve(Date.now());
    });
  });
}

/** Tells of traces as the API server does. */
class CreatedTraces implements Disposable {
  readonly #watch: ResourceWatch<TraceObject>;
  #onCreated: (trace: { readonly name: string; readonly atMs: number }) => void = () => {};

  constructor({ client }: BenchCluster) {
    const added = ({ metadata }: TraceObject) => this.#onCreated({ name: metadata.name!, atMs: Date.now() });
    this.#watch = watchResource<TraceObject>(client, TRACES, { namespace: NAMESPACE, listener: { added } });
  }

  get synced(): Promise<void> {
    return this.#watch.synced;
  }

  /** The next that is created. */
  next(): Promise<{ readonly name: string; readonly atMs: number }> {
    return new Promise((resolve) => {
      this.#onCreated = resolve;
    });
  }

  [Symbol.dispose](): void {
    this.#watch.close();
  }
}

function spreadText(times: readonly number[]): string {
  const [low, high] = [Math.min(...times), Math.max(...times)].map(formatNumber);
  return `${formatNumber(median(times))} (${low}–${high})`;
}
