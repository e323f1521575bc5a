import { afterAll, beforeAll, expect, it } from 'vitest';
import { waggleProcesses } from './support/agent-process.ts';
import { BPF_MAP_TYPE_PERCPU_HASH, countEntries, mapsOf } from './support/kernel-map.ts';
import { useWaggle } from './support/use-waggle.ts';
import { go, podsReady, truthOf, type WorkloadPod, workloadPod } from './support/workload-pod.ts';

const NAMESPACE = `sums-${process.pid}`;

/** A system call that nothing else in a pod makes, once a turn; the shell does it itself. */
const kills = (count: number) => `i=0; while [ $i -lt ${count} ]; do kill -0 1; i=$((i+1)); done; echo $i`;

const PODS: readonly (Omit<WorkloadPod, 'namespace' | 'script'> & { readonly count: number })[] = [
  { name: 'cart-1', node: 'node-a', labels: { app: 'cart' }, count: 1200 },
  { name: 'cart-2', node: 'node-b', labels: { app: 'cart' }, count: 345 },
  { name: 'web-1', node: 'node-a', labels: { app: 'web' }, count: 77 },
  { name: 'web-2', node: 'node-b', labels: { app: 'web' }, count: 4000 },
  { name: 'db', node: 'node-b', labels: { app: 'db' }, count: 1 },
  { name: 'nameless', node: 'node-a', labels: {}, count: 13 },
];

const waggle = useWaggle();
const { cluster } = waggle;

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  await cluster.apply(
    ...PODS.map(({ count, ...pod }) => workloadPod({ ...pod, namespace: NAMESPACE, script: kills(count) })),
  );
  await podsReady(cluster, NAMESPACE);
}, 180_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

it('counts by label in the kernel, exactly what the workloads say of themselves, an entry a label value', async () => {
  const agents = await waggleProcesses(cluster, 'agent');
  const before = new Set(agents.flatMap(({ pid }) => mapsOf(pid).map(({ id }) => id)));
  const trace = waggle.start([
    ...['run', '-n', NAMESPACE, '-v', '-o', 'json'],
    ...['-e', 'tracepoint:syscalls:sys_enter_kill { @[label("app")] = count() }'],
  ]);
  await trace.attachedOn('node-a', 'node-b');
  await go(cluster, NAMESPACE, ...PODS.map(({ name }) => name));
  const expected: Record<string, number> = {};
  for (const { name, labels } of PODS) {
    const [count] = await truthOf(cluster, NAMESPACE, name);
    const key = labels?.app ?? '<none>';
    expected[key] = (expected[key] ?? 0) + Number(count);
  }
  const entries = Object.fromEntries(
    agents.map(({ node, pid }) => {
      const maps = mapsOf(pid).filter(({ id, type }) => !before.has(id) && type === BPF_MAP_TYPE_PERCPU_HASH);
      return [node, maps.map(countEntries)];
    }),
  );
  const { code, stdout, stderr } = await trace.interrupt();
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual([{ type: 'map', data: { '@': expected } }]);
  // cart, web and no label on one node; cart, web and db on the other.
  expect(entries).toEqual({ 'node-a': [3], 'node-b': [3] });
  expect(stderr).toContain('aggregated in the kernel, 0 map updates lost');
}, 120_000);
