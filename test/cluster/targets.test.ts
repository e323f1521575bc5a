import { afterAll, beforeAll, expect, it } from 'vitest';
import { useWaggle } from './support/use-waggle.ts';
import { go, podsReady, truthOf, type WorkloadPod, workloadPod } from './support/workload-pod.ts';

const SHOP = `shop-${process.pid}`;
const OTHER = `other-${process.pid}`;

/** Makes files of its own, each opened once, and prints their names. */
const OPENS = 'i=0; while [ $i -lt 20 ]; do : >/tmp/$POD-$i; echo /tmp/$POD-$i; i=$((i+1)); done';

const PODS: readonly Omit<WorkloadPod, 'script'>[] = [
  { namespace: SHOP, name: 'cart-a', node: 'node-a', labels: { app: 'cart', tier: 'front' } },
  { namespace: SHOP, name: 'cart-b', node: 'node-b', labels: { app: 'cart' } },
  { namespace: SHOP, name: 'web-b', node: 'node-b', labels: { app: 'web', tier: 'front' } },
  { namespace: SHOP, name: 'cart-cache-a', node: 'node-a', labels: { app: 'cart', tier: 'cache' } },
  { namespace: SHOP, name: 'db-b', node: 'node-b', labels: { app: 'db' } },
  { namespace: OTHER, name: 'cart-a', node: 'node-a', labels: { app: 'cart', tier: 'front' } },
];
const WANTED = ['cart-a', 'cart-b', 'web-b'];

const waggle = useWaggle();
const { cluster } = waggle;

beforeAll(async () => {
  for (const namespace of [SHOP, OTHER]) await cluster.createNamespace(namespace);
  await cluster.apply(...PODS.map((pod) => workloadPod({ ...pod, script: OPENS })));
  for (const namespace of [SHOP, OTHER]) await podsReady(cluster, namespace);
}, 180_000);

afterAll(async () => {
  for (const namespace of [SHOP, OTHER]) await cluster.deleteNamespace(namespace);
}, 60_000);

interface Row {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly path: string;
}

it('shows events of exactly the pods that a selector takes, from both nodes, each with whose it is', async () => {
  const selector = 'app in (cart,web),tier!=cache';
  const trace = waggle.start([
    ...['run', 'opensnoop', '-n', SHOP, '-l', selector, '-v', '-o', 'jsonl', '--columns', '+labels,+workload'],
  ]);
  await trace.attachedOn('node-a', 'node-b');
  await Promise.all(PODS.map(({ namespace, name }) => go(cluster, namespace, name)));
  const truth = new Map<string, readonly string[]>();
  for (const { namespace, name } of PODS) truth.set(`${namespace}/${name}`, await truthOf(cluster, namespace, name));
  for (const name of WANTED) await trace.shows(truth.get(`${SHOP}/${name}`)!.at(-1)!);
  const { code, stdout, stderr } = await trace.interrupt();
  expect(code).toBe(0);

  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  for (const { namespace, name, node, labels } of PODS) {
    const isWanted = namespace === SHOP && WANTED.includes(name);
    const ours = rows.filter((row) => row.namespace === namespace && row.pod === name);
    const files = ours.filter(({ path }) => path.startsWith(`/tmp/${name}-`));
    expect(files.map(({ path }) => path)).toEqual(isWanted ? truth.get(`${namespace}/${name}`) : []);
    for (const row of ours) expect(row).toMatchObject({ node, container: 'main', workload: `pod/${name}`, labels });
  }
  expect([...new Set(rows.map(({ namespace, pod }) => `${namespace}/${pod}`))].sort()).toEqual(
    WANTED.map((name) => `${SHOP}/${name}`),
  );
  expect(stderr).toMatch(new RegExp(`waggle: ${rows.length} events seen, ${rows.length} kept, 0 lost\n`));
  expect(await cluster.kubectl(['get', 'traces', '-n', SHOP, '-o', 'name'])).toBe('');
});
