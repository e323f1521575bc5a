import { afterAll, beforeAll, expect, it } from 'vitest';
import { finished, jobOfEchoes } from './support/job-of-echoes.ts';
import { useWaggle } from './support/use-waggle.ts';

const NAMESPACE = `brief-${process.pid}`;
const OTHER = `brief-other-${process.pid}`;

const NODES = ['node-a', 'node-b'];
const PODS_PER_JOB = 10;
const CONTAINERS_PER_POD = 10;

const waggle = useWaggle();
const { cluster } = waggle;

beforeAll(async () => {
  for (const namespace of [NAMESPACE, OTHER]) await cluster.createNamespace(namespace);
}, 60_000);

afterAll(async () => {
  for (const namespace of [NAMESPACE, OTHER]) await cluster.deleteNamespace(namespace);
}, 60_000);

interface Row {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly workload: string;
  readonly args: string;
}

it('attributes the first exec of each of 200 containers that live for a moment', { timeout: 240_000 }, async () => {
  const trace = waggle.start([
    ...['run', 'execsnoop', '-n', NAMESPACE, '-v', '-o', 'jsonl', '--columns', '+labels,+workload'],
  ]);
  await trace.attachedOn(...NODES);
  await cluster.apply(
    ...NODES.map((node) =>
      jobOfEchoes({ namespace: NAMESPACE, name: `on-${node}`, node, pods: PODS_PER_JOB, containers: CONTAINERS_PER_POD }),
    ),
    jobOfEchoes({ namespace: OTHER, name: 'on-node-a', node: 'node-a', pods: 2, containers: CONTAINERS_PER_POD }),
  );
  const wanted = await finished(cluster, NAMESPACE, NODES.length * PODS_PER_JOB);
  await finished(cluster, OTHER, 2);
  const { code, stdout, stderr } = await trace.interrupt();
  expect(code).toBe(0);

  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const shown = rows
    .filter(({ args }) => args.startsWith('/bin/echo '))
    .map(({ node, namespace, pod, container, workload, args }) => ({ node, namespace, pod, container, workload, args }));
  const expected = wanted.flatMap(({ name, node, containers }) =>
    containers.map((container) => ({
      node,
      namespace: NAMESPACE,
      pod: name,
      container,
      workload: `job/on-${node}`,
      args: `/bin/echo ${name} ${container}`,
    })),
  );
  expect(expected).toHaveLength(200);
  const inOrder = <T extends { args: string }>(list: readonly T[]) =>
    list.toSorted((a, b) => (a.args < b.args ? -1 : a.args > b.args ? 1 : 0));
  expect(inOrder(shown)).toEqual(inOrder(expected));
  console.log(JSON.stringify(rows.filter(({ args }) => !args.startsWith('/bin/echo ')).slice(0, 30)));
  console.log(stderr);
});
