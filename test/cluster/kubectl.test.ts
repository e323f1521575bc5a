import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../ground/cluster/run.ts';
import { runWaggle, WAGGLE } from '../support/waggle-process.ts';
import { trace } from './support/trace-object.ts';
import { useWaggle } from './support/use-waggle.ts';
import { go, podsReady, truthOf, workloadPod } from './support/workload-pod.ts';

/** What somebody without `kubectl waggle` sees and does. */

const NAMESPACE = `plain-${process.pid}`;
const STREAMS = '/apis/stream.waggle.dev/v1alpha1';
const LOG = `${STREAMS}/namespaces/${NAMESPACE}/traces/opens/log`;

const waggle = useWaggle();
const { cluster } = waggle;
const folder = mkdtempSync(join(tmpdir(), 'waggle-test-'));

/** In the namespace of this file. */
const kubectl = (...args: readonly string[]) => cluster.kubectl([...args, '-n', NAMESPACE]);
const apply = (object: object) => cluster.kubectl(['apply', '-f', '-'], JSON.stringify(object));

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  const script = ': >/tmp/one; : >/tmp/two';
  await cluster.apply(
    ...['node-a', 'node-b'].map((node) => workloadPod({ namespace: NAMESPACE, name: `on-${node}`, node, script })),
  );
  await podsReady(cluster, NAMESPACE);
}, 180_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await cluster.deleteNamespace(NAMESPACE);
}, 60_000);

/** Cells of a table, its header first. */
function cells(table: string): string[][] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(/ {2,}/));
}

it('knows the resources and their short names', async () => {
  const table = cells(await cluster.kubectl(['api-resources', '--api-group=waggle.dev', '--no-headers']));
  expect(table.map(([name, short]) => [name, short])).toEqual([
    ['clustertraces', 'ctr'],
    ['traces', 'tr'],
  ]);
});

it.each([
  ['trace.spec', 'program	<Object> -required-'],
  ['trace.spec.target', 'selector	<string>\n     A label selector for the pods, as kubectl -l takes it.'],
  ['clustertrace.spec.target.host', 'Everything on the nodes, whether in a pod or not.'],
  ['tr.status.nodes', 'kept	<integer>'],
])('explains %s', async (path, text) => {
  expect(await cluster.kubectl(['explain', path])).toContain(text);
});

describe('a Trace from a file', () => {
  const file = join(folder, 'trace.yaml');
  const MANIFEST = `apiVersion: waggle.dev/v1alpha1
kind: Trace
metadata:
  name: opens
spec:
  program:
    gadget: opensnoop
  target:
    pods: [on-node-a, on-node-b]
`;

  beforeAll(async () => {
    writeFileSync(file, MANIFEST);
    expect(await kubectl('apply', '-f', file)).toBe('trace.waggle.dev/opens created\n');
    await kubectl('wait', '--for=condition=Running', 'trace/opens', '--timeout=30s');
    const names = ['on-node-a', 'on-node-b'];
    await go(cluster, NAMESPACE, ...names);
    for (const name of names) await truthOf(cluster, NAMESPACE, name);
  });

  it('is listed with its columns', async () => {
    expect(cells(await kubectl('get', 'traces'))).toEqual([
      ['NAME', 'GADGET', 'PHASE', 'AGE'],
      ['opens', 'opensnoop', 'Running', expect.stringMatching(/^\d+s$/)],
    ]);
    const [header, row] = cells(await kubectl('get', 'tr', 'opens', '-o', 'wide'));
    expect(Object.fromEntries(header!.map((name, index) => [name, row![index]]))).toMatchObject({
      RUNNING: 'attached on 2 of 2 nodes',
      MESSAGE: 'compiled by every node that has answered',
    });
    expect(await kubectl('get', 'waggle', '-o', 'name')).toBe('trace.waggle.dev/opens\n');
  });

  it('is described', async () => {
    const text = await kubectl('describe', 'trace', 'opens');
    for (const words of [
      /^Kind: +Trace$/m,
      /Gadget: +opensnoop/,
      /Message: +attached on 2 of 2 nodes/,
      /Phase: +Running/,
    ])
      expect(text).toMatch(words);
  });

  it('has a log that is a recording', async () => {
    const recording = join(folder, 'opens.waggle');
    const { kubectl: program, kubeconfig } = cluster.facts;
    writeFileSync(recording, execFileSync(program, ['--kubeconfig', kubeconfig, 'get', '--raw', LOG]));
    const { stdout } = await runWaggle(['replay', recording, '-o', 'jsonl']);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly pod: string; readonly path: string });
    for (const pod of ['on-node-a', 'on-node-b']) {
      const paths = rows.filter((row) => row.pod === pod).map(({ path }) => path);
      expect(paths.filter((path) => path === '/tmp/one' || path === '/tmp/two')).toEqual(['/tmp/one', '/tmp/two']);
    }
    // And nothing that another way to it would not show.
    const other = await waggle.run(['logs', 'opens', '-n', NAMESPACE, '-o', 'jsonl', '-q']);
    const inOrder = (text: string) => text.trim().split('\n').toSorted();
    expect(inOrder(other.stdout)).toEqual(inOrder(stdout));
  });

  it('ends when it is told to, and says of each node how it was', async () => {
    await kubectl('patch', 'tr', 'opens', '--type=merge', '--patch={"spec":{"stopped":true}}');
    await kubectl('wait', '--for=condition=Completed', 'trace/opens', '--timeout=30s');
    const { status } = JSON.parse(await kubectl('get', 'tr', 'opens', '-o', 'json'));
    expect(status.phase).toBe('Completed');
    expect(status.nodes.toSorted((a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name))).toEqual(
      ['node-a', 'node-b'].map((name) =>
        expect.objectContaining({ name, state: 'Completed', probes: 8, lost: 0, run: expect.any(String) }),
      ),
    );
    for (const { seen, kept, lost } of status.nodes) {
      expect(kept).toBeGreaterThanOrEqual(2);
      expect(seen).toBe(kept + lost);
    }
  });

  it('goes with its log when it is deleted', async () => {
    expect(await kubectl('delete', '-f', file)).toBe('trace.waggle.dev "opens" deleted\n');
    await expect(cluster.kubectl(['get', '--raw', LOG])).rejects.toThrow(/NotFound/);
    expect(await kubectl('get', 'traces', '-o', 'name')).toBe('');
  });
});

describe('a spec that cannot be is refused by the schema', () => {
  const gadget = { program: { gadget: 'opensnoop' } };
  it.each<[string, object]>([
    ['spec.target.pods: Invalid value: "Bad_Name"', { ...gadget, target: { pods: ['Bad_Name'] } }],
    ['spec.target.workloads: Invalid value: "cart"', { ...gadget, target: { workloads: ['cart'] } }],
    ['spec.target.namespaces: Invalid value', { ...gadget, target: { namespaces: ['kube-system'] } }],
    ['spec.target.host: Unsupported value: true', { ...gadget, target: { host: true } }],
    ['spec.options.unsafe: Unsupported value: true', { ...gadget, options: { unsafe: true } }],
    ['spec.options.ringSizeBytes: Invalid value: 1:', { ...gadget, options: { ringSizeBytes: 1 } }],
    ['spec.timeoutSeconds: Invalid value: 0:', { ...gadget, timeoutSeconds: 0 }],
    ['"spec.program" must validate one and only one schema', { program: { gadget: 'opensnoop', script: 'BEGIN {}' } }],
    ['missing required field "program"', {}],
    ['unknown field "tragets"', { ...gadget, tragets: { pods: ['a'] } }],
  ])('%s', async (words, spec) => {
    await expect(apply(trace(NAMESPACE, 'wrong', spec))).rejects.toThrow(words);
  });
});

describe('a script that no kernel takes is refused by the webhook', () => {
  const denied = 'admission webhook "traces.waggle.dev" denied the request: ';
  it.each<[string, object, string]>([
    [
      'with the place',
      { program: { name: 'my.bt', script: 'tracepoint:syscalls:sys_enter_openat\n{\n  @[comm] = cuont();\n}\n' } },
      'my.bt:3:13: error[unknown-function]: unknown function cuont()\n  3 |   @[comm] = cuont();\n    |             ^~~~~\nhint: did you mean count?',
    ],
    [
      'a gadget that is none',
      { program: { gadget: 'opensnop' } },
      'spec.program.gadget: the catalogue has no gadget "opensnop" (did you mean "opensnoop"?)',
    ],
    [
      'a selector that is none',
      { program: { gadget: 'opensnoop' }, target: { selector: 'app in cart' } },
      'spec.target.selector: found "cart", expected "(" (at character 8)',
    ],
  ])('%s', async (_, spec, message) => {
    await expect(apply(trace(NAMESPACE, 'wrong', spec))).rejects.toThrow(denied + message);
  });
});

it('tells in the status what only a node can know', async () => {
  const script = 'tracepoint:syscalls:sys_enter_opeanat { @ = count(); }';
  await apply(trace(NAMESPACE, 'misspelt', { program: { script, name: 'my.bt' } }));
  await kubectl('wait', '--for=condition=Completed', 'tr/misspelt', '--timeout=30s');
  const { status } = JSON.parse(await kubectl('get', 'tr', 'misspelt', '-o', 'json'));
  expect(status.phase).toBe('Failed');
  for (const node of status.nodes) {
    expect(node).toMatchObject({ state: 'Refused', probes: 0, seen: 0 });
    expect(node.message).toContain(
      'my.bt:1:21: error[unknown-probe]: there is no tracepoint syscalls:sys_enter_opeanat',
    );
  }
  expect(status.nodes).toHaveLength(2);
});

it('reads what the aggregated API has', async () => {
  expect(JSON.parse(await cluster.kubectl(['get', '--raw', STREAMS]))).toMatchObject({
    kind: 'APIResourceList',
    resources: [
      { name: 'traces/log', namespaced: true, verbs: ['get'] },
      { name: 'clustertraces/log', namespaced: false, verbs: ['get'] },
    ],
  });
  expect(JSON.parse(await cluster.kubectl(['get', '--raw', '/apis']))).toMatchObject({
    groups: expect.arrayContaining([expect.objectContaining({ name: 'stream.waggle.dev' })]),
  });
  expect(await cluster.kubectl(['get', 'apiservice', 'v1alpha1.stream.waggle.dev', '--no-headers'])).toMatch(/ True /);
});

it('has `kubectl waggle` once it is in the path', async () => {
  symlinkSync(WAGGLE, join(folder, 'kubectl-waggle'));
  const { kubectl: program, kubeconfig } = cluster.facts;
  const env = { PATH: `${folder}:${dirname(process.execPath)}`, HOME: '/root', KUBECONFIG: kubeconfig };
  expect(await run(program, ['plugin', 'list', '--name-only'], { env })).toContain('kubectl-waggle\n');
  await apply(trace(NAMESPACE, 'by-plugin', { program: { gadget: 'execsnoop' } }));
  expect(await run(program, ['waggle', 'get', 'by-plugin', '-n', NAMESPACE, '-o', 'name'], { env })).toBe(
    'trace.waggle.dev/by-plugin\n',
  );
  expect(await run(program, ['waggle', 'delete', 'by-plugin', '-n', NAMESPACE], { env })).toContain('deleted');
});
