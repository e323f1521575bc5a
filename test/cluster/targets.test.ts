import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKLOAD_IMAGE } from '../ground/images/workload-image.ts';
import { waitUntil } from '../support/wait-until.ts';
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
const BOTH = ['node-a', 'node-b'];
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
  /** Of execsnoop. */
  readonly args?: string;
}

it('shows events of exactly the pods that a selector takes, from both nodes, each with whose it is', async () => {
  const selector = 'app in (cart,web),tier!=cache';
  const trace = waggle.start([
    ...['run', 'opensnoop', '-n', SHOP, '-l', selector, '-v', '-o', 'jsonl', '--columns', '+labels,+workload'],
  ]);
  await trace.attachedOn(...BOTH);
  await Promise.all(PODS.map(({ namespace, name }) => go(cluster, namespace, name)));
  const truth = new Map<string, readonly string[]>();
  for (const { namespace, name } of PODS) truth.set(`${namespace}/${name}`, await truthOf(cluster, namespace, name));
  for (const name of WANTED) await trace.shows(truth.get(`${SHOP}/${name}`)!.at(-1)!);
  const { code, stdout, stderr } = await trace.interrupt();
  expect(code).toBe(0);

  const rows = rowsOf(stdout);
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

describe('a target', { timeout: 120_000 }, () => {
  it.each<[string, string[], string[], string?]>([
    ['of names', ['--pod', 'cart-a,web-b'], ['cart-a', 'web-b']],
    ['of all names but some', ['--pod', '!cart-a,!db-b'], ['cart-b', 'cart-cache-a', 'web-b']],
    ['of a node', ['--node', 'node-a', '-l', 'app'], ['cart-a', 'cart-cache-a'], 'node-a'],
    ['of all nodes but one', ['--node', '!node-a'], ['cart-b', 'db-b', 'web-b'], 'node-b'],
    ['of a label that is not there', ['-l', '!tier'], ['cart-b', 'db-b']],
    ['of pods behind the program', ['pod/db-b,po/cart-a'], ['cart-a', 'db-b']],
    ['of a container that no pod has', ['-c', 'sidecar'], []],
    ['of containers other than one', ['-c', '!sidecar', '-l', 'app=web'], ['web-b']],
  ])('%s', async (_, words, expected, node) => {
    const nodes = node === undefined ? BOTH : [node];
    expect(await podsSeen(SHOP, [...words, '-n', SHOP], ...nodes)).toEqual(expected);
  });

  it('of several namespaces, and of all, is a cluster trace', async () => {
    expect(await podsSeen(OTHER, ['-n', `${SHOP},${OTHER}`, '-l', 'app=cart'], ...BOTH)).toEqual(['cart-a']);
    expect(await podsSeen(SHOP, ['-A', '-l', 'app=web'], ...BOTH)).toEqual(['web-b']);
    expect(await podsSeen(OTHER, ['-n', `!${OTHER}`, '-l', 'app=web'], ...BOTH)).toEqual([]);
  });

  it('takes in pods that come, and their containers from the first exec on', async () => {
    const name = 'late';
    const trace = waggle.start([
      'run',
      'execsnoop',
      '-n',
      SHOP,
      'deploy/late',
      '-v',
      '-o',
      'jsonl',
      '--columns',
      '+workload',
    ]);
    await trace.attachedOn(...BOTH);
    await cluster.apply(deployment(name));
    await trace.shows('echo first"');
    const seen = () => rowsOf(trace.stdout).filter(({ args }) => args?.endsWith('echo first'));
    const [{ pod: first }] = seen() as [Row];
    await cluster.kubectl(['delete', 'pod', '-n', SHOP, first, '--wait=false']);
    await waitUntil('its successor is seen', () => seen().length > 1);
    const { code, stdout } = await trace.interrupt();
    expect(code).toBe(0);
    for (const row of rowsOf(stdout)) expect(row).toMatchObject({ namespace: SHOP, workload: 'deploy/late' });
    expect(new Set(rowsOf(stdout).map(({ pod }) => pod)).size).toBe(2);
    await cluster.kubectl(['delete', 'deployment', '-n', SHOP, name]);
  });
});

/** The pods of a namespace whose doing a trace sees, while all pods of both namespaces do something. */
async function podsSeen(namespace: string, words: readonly string[], ...nodes: readonly string[]): Promise<string[]> {
  const trace = waggle.start(['run', 'opensnoop', ...words, '-v', '-o', 'jsonl']);
  await trace.attachedOn(...nodes);
  const file = `/tmp/poked-${++pokes}`;
  await Promise.all(
    PODS.map((pod) => cluster.kubectl(['exec', '-n', pod.namespace, pod.name, '--', 'sh', '-c', `: >${file}`])),
  );
  const { code, stdout } = await trace.interrupt();
  expect(code).toBe(0);
  const rows = rowsOf(stdout).filter((row) => row.namespace === namespace && row.path === file);
  return [...new Set(rows.map(({ pod }) => pod))].sort();
}

let pokes = 0;

function rowsOf(stdout: string): Row[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Row);
}

/** One pod that executes something first of all. */
function deployment(name: string): object {
  const container = {
    name: 'main',
    image: WORKLOAD_IMAGE,
    imagePullPolicy: 'Never',
    command: ['/bin/sh', '-c', '/bin/echo first; exec sleep 100000'],
  };
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: SHOP },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
    },
  };
}
