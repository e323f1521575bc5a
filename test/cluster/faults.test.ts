import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startComponent, stopComponent } from '../ground/cluster/cluster.ts';
import { bpfObjects, bpfObjectsOf } from '../support/kernel-leftovers.ts';
import type { Outcome, WaggleProcess } from '../support/waggle-process.ts';
import { waitUntil } from '../support/wait-until.ts';
import { waggleProcesses } from './support/agent-process.ts';
import { useWaggle } from './support/use-waggle.ts';
import { go, podsReady, workloadPod } from './support/workload-pod.ts';

const NAMESPACE = `faults-${process.pid}`;
const NODES = ['node-a', 'node-b'];
const TIMEOUT = { timeout: 180_000 };

/** Opens a file after the other, numbered: what is missing shows. */
const TICKS = 'i=0; while :; do : >/tmp/tick-$i; i=$((i+1)); sleep 0.1; done';

const waggle = useWaggle();
const { cluster } = waggle;

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  await cluster.apply(...NODES.map((node) => ticker(node)));
  await podsReady(cluster, NAMESPACE);
  await go(cluster, NAMESPACE, ...NODES.map(nameOf));
}, 180_000);

// Whatever the last fault has left.
beforeEach(() => waggle.deploy(), 180_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

const nameOf = (node: string) => `ticker-${node}`;
const ticker = (node: string, name = nameOf(node)) =>
  workloadPod({ namespace: NAMESPACE, name, node, script: TICKS, labels: { app: 'ticker' } });

interface Row {
  readonly node: string;
  readonly pod: string;
  readonly path: string;
}

async function startTrace(): Promise<WaggleProcess> {
  const trace = waggle.start(['run', 'opensnoop', '-n', NAMESPACE, '-l', 'app=ticker', '-v', '-o', 'jsonl']);
  await trace.attachedOn(...NODES);
  for (const node of NODES) await newTicks(trace, nameOf(node));
  return trace;
}

function rowsOf(stdout: string): Row[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Row);
}

/** Numbers of the files that a pod has opened, as the trace shows them. */
function ticksOf(stdout: string, pod: string): number[] {
  const rows = rowsOf(stdout).filter((row) => row.pod === pod && row.path.startsWith('/tmp/tick-'));
  return rows.map(({ path }) => Number(path.slice('/tmp/tick-'.length)));
}

/** Waits for events of a pod that happen from now on. */
async function newTicks(trace: WaggleProcess, pod: string, count = 5): Promise<void> {
  const before = ticksOf(trace.stdout, pod).length;
  await waitUntil(`${count} more events of ${pod} are there: ${trace.stderr}`, () => {
    if (!trace.isRunning()) throw new Error(`it ended: ${trace.stderr}`);
    return ticksOf(trace.stdout, pod).length >= before + count;
  });
}

/** Nothing in between is missing, and nothing came twice. */
function expectNoGap({ stdout }: Outcome, pod: string): void {
  const ticks = ticksOf(stdout, pod);
  expect(ticks).toEqual(Array.from({ length: ticks.length }, (_, index) => ticks[0]! + index));
}

/** What was shown of each node is what its books say was kept. */
function expectExactBooks({ stdout, stderr }: Outcome): void {
  const rows = rowsOf(stdout);
  expect(stderr).toContain(`waggle: ${rows.length} events seen, ${rows.length} kept, 0 lost\n`);
  for (const name of NODES) {
    const { length } = rows.filter(({ node }) => node === name);
    expect(stderr).toMatch(new RegExp(`  ${name}  .*\\b${length} seen, ${length} kept, 0 lost`));
  }
}

/** The agents hold what they hold without any trace: counted before the first one. */
const objectCounts = async () =>
  new Map(
    (await waggleProcesses(cluster, 'agent')).map(({ pid, node }) => [pid, { node, count: bpfObjectsOf(pid).size }]),
  );

async function expectNothingAttached(before: Awaited<ReturnType<typeof objectCounts>>): Promise<void> {
  for (const [pid, { node, count }] of before)
    await waitUntil(`the agent of ${node} holds nothing of the trace`, () => bpfObjectsOf(pid).size <= count);
  expect(await cluster.kubectl(['get', 'traces', '-n', NAMESPACE, '-o', 'name'])).toBe('');
}

describe('a trace goes on', () => {
  it('without a gap, when the gateways are killed', TIMEOUT, async () => {
    const before = await objectCounts();
    const trace = await startTrace();
    for (const { pid } of await waggleProcesses(cluster, 'gateway')) process.kill(pid, 'SIGKILL');
    await trace.says('connection lost, trying again');
    await trace.says('connected again: the trace goes on');
    for (const node of NODES) await newTicks(trace, nameOf(node));
    const outcome = await trace.interrupt();
    expect(outcome.code).toBe(0);
    for (const node of NODES) expectNoGap(outcome, nameOf(node));
    expectExactBooks(outcome);
    await expectNothingAttached(before);
  });

  it('without a gap, when the API server is started again', TIMEOUT, async () => {
    const before = await objectCounts();
    const trace = await startTrace();
    const { name } = cluster.facts;
    await stopComponent('kube-apiserver', { name });
    await trace.says('connection lost, trying again');
    await startComponent('kube-apiserver', { name });
    await trace.says('connected again: the trace goes on');
    for (const node of NODES) await newTicks(trace, nameOf(node));
    const outcome = await trace.interrupt();
    expect(outcome.code).toBe(0);
    for (const node of NODES) expectNoGap(outcome, nameOf(node));
    expectExactBooks(outcome);
    await expectNothingAttached(before);
  });

  it("without a gap, when a node's kubelet is stopped", TIMEOUT, async () => {
    const before = await objectCounts();
    const trace = await startTrace();
    const { name } = cluster.facts;
    await stopComponent('kubelet@node-b', { name });
    try {
      for (const node of NODES) await newTicks(trace, nameOf(node), 20);
      const outcome = await trace.interrupt();
      expect(outcome.code).toBe(0);
      for (const node of NODES) expectNoGap(outcome, nameOf(node));
      expectExactBooks(outcome);
      await expectNothingAttached(before);
    } finally {
      await startComponent('kubelet@node-b', { name });
    }
  });

  it('with the other pods, when one of them is deleted; its events keep its name', TIMEOUT, async () => {
    await cluster.apply(ticker('node-b', 'mortal'));
    await podsReady(cluster, NAMESPACE);
    await go(cluster, NAMESPACE, 'mortal');
    const before = await objectCounts();
    const trace = await startTrace();
    await newTicks(trace, 'mortal');
    await cluster.kubectl(['delete', 'pod', '-n', NAMESPACE, 'mortal', '--wait=true']);
    for (const node of NODES) await newTicks(trace, nameOf(node));
    const outcome = await trace.interrupt();
    expect(outcome.code).toBe(0);
    for (const pod of ['mortal', ...NODES.map(nameOf)]) expectNoGap(outcome, pod);
    expect(rowsOf(outcome.stdout).filter(({ pod }) => pod === null)).toEqual([]);
    expectExactBooks(outcome);
    await expectNothingAttached(before);
  });

  it(
    "on the other node without a gap, when a node's agent is killed, and there with the next agent",
    TIMEOUT,
    async () => {
      const trace = await startTrace();
      const agents = await waggleProcesses(cluster, 'agent');
      const victim = agents.find(({ node }) => node === 'node-a')!;
      const objects = bpfObjectsOf(victim.pid);
      expect(objects.size).toBeGreaterThan(8);
      process.kill(victim.pid, 'SIGKILL');
      await trace.says('node-a: started anew: what happened there in between was not seen');
      await waitUntil(
        'nothing of the killed agent is left',
        () => ![...bpfObjects()].some((name) => objects.has(name)),
      );
      for (const node of NODES) await newTicks(trace, nameOf(node));
      const outcome = await trace.interrupt();
      expect(outcome.code).toBe(0);
      expectNoGap(outcome, nameOf('node-b'));
      expectExactBooks(outcome);
      const ticks = ticksOf(outcome.stdout, nameOf('node-a'));
      expect(ticks).toEqual([...new Set(ticks)].toSorted((a, b) => a - b));
      await expectNothingAttached(new Map());
    },
  );
});
