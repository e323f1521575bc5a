import { afterAll, beforeAll, expect, it } from 'vitest';
import { finished, jobOfEchoes } from './support/job-of-echoes.ts';
import { useWaggle } from './support/use-waggle.ts';

const NAMESPACE = `brief-${process.pid}`;
const OTHER = `brief-other-${process.pid}`;

const NODES = ['node-a', 'node-b'];
const PODS_PER_JOB = 10;
const HERE = { namespace: NAMESPACE, containers: 10 };

/** What the kernel knows of who executes, at the moment that it does. */
const EXECS_IN_KERNEL = 'tracepoint:sched:sched_process_exec /comm == "echo"/ { @[pod] = count(); }';

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
  readonly labels: Readonly<Record<string, string>>;
  readonly args: string;
}

it('attributes the first exec of each of 200 containers that live for a moment', { timeout: 240_000 }, async () => {
  const trace = waggle.start([
    ...['run', 'execsnoop', '-n', NAMESPACE, '-v', '-o', 'jsonl', '--columns', '+labels,+workload'],
  ]);
  const sums = waggle.start(['run', '-n', NAMESPACE, '-v', '-o', 'json', '-e', EXECS_IN_KERNEL]);
  for (const each of [trace, sums]) await each.attachedOn(...NODES);
  await cluster.apply(
    ...NODES.map((node) => jobOfEchoes({ ...HERE, name: `on-${node}`, node, pods: PODS_PER_JOB })),
    jobOfEchoes({ ...HERE, namespace: OTHER, name: 'on-node-a', node: 'node-a', pods: 2 }),
  );
  const pods = await finished(cluster, NAMESPACE, NODES.length * PODS_PER_JOB);
  await finished(cluster, OTHER, 2);
  const [{ code, stdout, stderr }, counted] = await Promise.all([trace.interrupt(), sums.interrupt()]);
  expect(code).toBe(0);

  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const execs = pods.flatMap(({ name, node, containers }) => {
    const whose = { node, namespace: NAMESPACE, pod: name, workload: `job/on-${node}` };
    return containers.map((container) => ({ ...whose, container, args: `/bin/echo ${name} ${container}` }));
  });
  expect(execs).toHaveLength(200);
  // By whole rows: one that is there twice, or whose names are another's, is a difference.
  expect(
    rows
      .filter(({ args }) => args.startsWith('/bin/echo'))
      .map(attribution)
      .toSorted(),
  ).toEqual(execs.map(attribution).toSorted());
  // What else there is are the runtime's preparations, in containers of these pods.
  const places = new Set(
    pods.flatMap(({ name, containers }) => [...containers, 'pause'].map((one) => `${name}/${one}`)),
  );
  for (const row of rows) {
    expect(places).toContain(`${row.pod}/${row.container}`);
    expect(row.labels).toMatchObject({ app: `on-${row.node}` });
  }
  expect(rows.filter(({ args }) => args === '/pause')).toHaveLength(pods.length);

  const books = NODES.map((name) => {
    const { length } = rows.filter(({ node }) => node === name);
    return `  ${name}  ${length} seen, ${length} kept, 0 lost\n`;
  });
  expect(stderr).toContain(`waggle: ${rows.length} events seen, ${rows.length} kept, 0 lost\n${books.join('')}`);

  expect(JSON.parse(counted.stdout)).toEqual([
    { type: 'map', data: { '@': Object.fromEntries(pods.map(({ name, containers }) => [name, containers.length])) } },
  ]);
});

function attribution({ node, namespace, pod, workload, container, args }: Omit<Row, 'labels'>): string {
  return [node, namespace, pod, workload, container, args].join(' ');
}
