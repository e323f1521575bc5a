import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminCredentials } from './support/admin-credentials.ts';
import { bindRole } from './support/role-binding.ts';
import { trace } from './support/trace-object.ts';
import { useWaggle } from './support/use-waggle.ts';
import { go, podsReady, truthOf, type WorkloadPod, workloadPod } from './support/workload-pod.ts';

/** One name is the beginning of the other: nothing may go by that. */
const RED = `tenant-${process.pid}`;
const BLUE = `${RED}-blue`;
const STREAMS = '/apis/stream.waggle.dev/v1alpha1';

/** Who has which role where, and nothing else anywhere. */
const ROLES = [
  { user: 'ann', namespace: RED, role: 'waggle-tracer' },
  { user: 'vic', namespace: RED, role: 'view' },
  { user: 'ben', namespace: BLUE, role: 'edit' },
];

/** System calls and files of its own; the shell, process 1, does it itself. Says how many. */
const work = (count: number) =>
  `i=0; while [ $i -lt ${count} ]; do kill -0 1; : >/tmp/$POD-$i; i=$((i+1)); done; echo $i`;

const PODS: readonly WorkloadPod[] = [
  { namespace: RED, name: 'red-a', node: 'node-a', script: work(40) },
  { namespace: RED, name: 'red-b', node: 'node-b', script: work(7) },
  { namespace: BLUE, name: 'blue-a', node: 'node-a', script: work(300) },
  { namespace: BLUE, name: 'blue-b', node: 'node-b', script: work(20) },
].map((pod) => ({ ...pod, labels: { app: 'cart' } }));
const COUNTS: Readonly<Record<string, number>> = { 'red-a': 40, 'red-b': 7, 'blue-a': 300, 'blue-b': 20 };

const waggle = useWaggle();
const { cluster } = waggle;
const folder = mkdtempSync(join(tmpdir(), 'waggle-test-'));

beforeAll(async () => {
  for (const namespace of [RED, BLUE]) await cluster.createNamespace(namespace);
  for (const binding of ROLES) await bindRole(cluster, binding);
  await cluster.apply(
    ...PODS.map(workloadPod),
    // Each namespace has one that runs, and the cluster has one.
    ...[RED, BLUE].map((namespace) => trace(namespace, 'standing', { program: { gadget: 'opensnoop' } })),
    {
      ...trace('', `wide-${RED}`, { program: { gadget: 'opensnoop' }, target: { namespaces: [RED, BLUE] } }),
      kind: 'ClusterTrace',
      metadata: { name: `wide-${RED}` },
    },
  );
  for (const namespace of [RED, BLUE]) await podsReady(cluster, namespace);
}, 180_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await cluster.kubectl(['delete', 'clustertrace', `wide-${RED}`, '--ignore-not-found']);
  for (const namespace of [RED, BLUE]) await cluster.deleteNamespace(namespace);
}, 60_000);

const KILLS = 'tracepoint:syscalls:sys_enter_kill { @[namespace, pod] = count(); @all = count(); }';

/** Rows of JSON lines. */
function rowsOf(text: string): { readonly namespace: string; readonly pod: string; readonly path: string }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

it('traces of a namespace see its own pods, while others do the same next to them', { timeout: 180_000 }, async () => {
  const recording = join(folder, 'red.waggle');
  const ofAnn = ['-n', RED, '--as', 'ann', '-v'];
  const counts = waggle.start(['run', ...ofAnn, '-o', 'json', '-e', KILLS, '--record', recording]);
  const opens = waggle.start(['run', 'opensnoop', ...ofAnn, '-o', 'jsonl']);
  // By the names and by the labels that the pods of the other have.
  const byName = waggle.start(['run', ...ofAnn, '-o', 'json', '-e', KILLS, '--pod', 'blue-a,blue-b']);
  const byLabel = waggle.start(['run', ...ofAnn, '-o', 'json', '-e', KILLS, '-l', 'app=cart']);
  const ofBen = waggle.start(['run', 'opensnoop', '-n', BLUE, '--as', 'ben', '-v', '-o', 'jsonl']);
  const traces = [counts, opens, byName, byLabel, ofBen];
  await Promise.all(traces.map((each) => each.attachedOn('node-a', 'node-b')));
  for (const namespace of [RED, BLUE]) {
    const names = PODS.filter((pod) => pod.namespace === namespace).map(({ name }) => name);
    await go(cluster, namespace, ...names);
    for (const name of names) expect(await truthOf(cluster, namespace, name)).toEqual([String(COUNTS[name])]);
  }
  const [counted, opened, named, labelled, opensOfBen] = await Promise.all(traces.map((each) => each.interrupt()));

  const maps = [
    { type: 'map', data: { '@': { [`${RED},red-a`]: 40, [`${RED},red-b`]: 7 } } },
    { type: 'map', data: { '@all': 47 } },
  ];
  expect(JSON.parse(counted!.stdout)).toEqual(maps);
  expect(JSON.parse(labelled!.stdout)).toEqual(maps);
  expect(JSON.parse(named!.stdout)).toEqual([]);
  for (const [outcome, namespace, names] of [
    [opened!, RED, ['red-a', 'red-b']],
    [opensOfBen!, BLUE, ['blue-a', 'blue-b']],
  ] as const) {
    const rows = rowsOf(outcome.stdout);
    expect(new Set(rows.map((row) => row.namespace))).toEqual(new Set([namespace]));
    for (const name of names)
      expect(rows.filter(({ path }) => path.startsWith(`/tmp/${name}-`))).toHaveLength(COUNTS[name]!);
  }
  // Nor is anything of the other in what came and was not shown.
  const bytes = readFileSync(recording);
  expect(bytes.includes('red-a')).toBe(true);
  for (const word of ['blue', ...(await uidsOf(BLUE))]) expect(bytes.includes(word)).toBe(false);
});

async function uidsOf(namespace: string): Promise<readonly string[]> {
  const uids = await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.uid}']);
  return uids.split(' ');
}

/** Rows for `it.each`: the command as one text, and its words. */
function commands(list: readonly (readonly string[])[]): [string, readonly string[]][] {
  return list.map((words) => [words.join(' '), words]);
}

describe.each([
  ['ann', RED, BLUE],
  ['ben', BLUE, RED],
])('%s', (user, own, other) => {
  it.each(
    commands([
      ['get', 'traces', '-n', other],
      ['get', 'traces', '-A'],
      ['get', 'trace/standing', '-n', other],
      ['get', 'trace/standing', '-n', other, '-o', 'yaml'],
      ['get', 'clustertraces'],
      ['describe', 'standing', '-n', other],
      ['describe', `clustertrace/wide-${RED}`],
      ['logs', 'standing', '-n', other],
      ['logs', 'standing', '-n', other, '--follow'],
      ['logs', 'standing', '-n', other, '--record', join(folder, 'stolen.waggle')],
      ['logs', `clustertrace/wide-${RED}`],
      ['attach', 'standing', '-n', other],
      ['attach', `clustertrace/wide-${RED}`],
      ['stop', 'standing', '-n', other],
      ['stop', `clustertrace/wide-${RED}`],
      ['delete', 'standing', '-n', other],
      ['delete', '--all', '-n', other],
      ['delete', `clustertrace/wide-${RED}`],
      ['run', 'opensnoop', '-n', other],
      ['run', 'opensnoop', '-n', other, '--detach'],
      ['run', 'opensnoop', '-n', `${own},${other}`],
      ['run', 'opensnoop', '-A'],
      ['run', 'opensnoop', '--host'],
    ]),
  )('may not: waggle %s', async (_, args) => {
    const { code, stdout, stderr } = await waggle.run([...args, '--as', user]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      new RegExp(`User "${user}" cannot (get|list|create|patch|delete) resource "(cluster)?traces`),
    );
    expect(code).toBe(1);
  });

  it.each(
    commands([
      ['get', '--raw', `${STREAMS}/namespaces/${other}/traces/standing/log`],
      ['get', '--raw', `${STREAMS}/namespaces/${other}/traces/standing/log?follow=true`],
      ['get', '--raw', `${STREAMS}/clustertraces/wide-${RED}/log`],
      ['get', '--raw', `/apis/waggle.dev/v1alpha1/namespaces/${other}/traces/standing/status`],
      ['get', '--raw', `/apis/waggle.dev/v1alpha1/namespaces/${other}/traces?watch=true`],
      ['get', '--raw', '/apis/waggle.dev/v1alpha1/traces'],
      ['patch', 'trace', 'standing', '-n', other, '--type=merge', '--patch={"spec":{"stopped":true}}'],
      ['annotate', 'trace', 'standing', '-n', other, 'waggle.dev/heartbeat=never'],
    ]),
  )('may not: kubectl %s', async (_, args) => {
    await expect(cluster.kubectl([...args, '--as', user])).rejects.toThrow(`User "${user}" cannot`);
  });

  it('may not say how a trace goes, not even its own', async () => {
    const canI = ['auth', 'can-i', 'patch', 'traces.waggle.dev', '--subresource=status', '-n', own, '--as', user];
    await expect(cluster.kubectl(canI)).rejects.toThrow();
  });

  it('does not come to another log from one that it may read', async () => {
    const theirs = `namespaces/${other}/traces/standing/log`;
    const mine = `${STREAMS}/namespaces/${own}/traces/standing/log`;
    expect(await readAs(user, mine)).toMatchObject({ status: 200, isLog: true });
    for (const up of ['..', '%2e%2e', '.%2E', '..%2f.', '%252e%252e', '..%5c..', '..\\..']) {
      for (const way of [
        `${mine}/${up}/${up}/${up}/${up}/${up}/${theirs}`,
        `${mine}/${up}/${up}/${up}/${up}/${other}/traces/standing/log`,
        `${mine}/${up}/${up}/${up}/${up}/${up}/clustertraces/wide-${RED}/log`,
        `${STREAMS}/namespaces/${own}/traces/${up}/${up}/${other}/traces/standing/log`,
        `${STREAMS}/namespaces/${own}/${up}/${other}/traces/standing/log`,
      ]) {
        const { status, isLog } = await readAs(user, way);
        expect([way, isLog, Math.trunc(status / 100)]).toEqual([way, false, 4]);
      }
    }
  });
});

/** Asks the API server for exactly this path, as another user. */
function readAs(user: string, path: string): Promise<{ readonly status: number; readonly isLog: boolean }> {
  return new Promise((resolve, reject) => {
    const headers = { 'impersonate-user': user };
    request({ ...adminCredentials(cluster.facts), path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', reject).on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode!, isLog: Buffer.concat(chunks).includes('opensnoop') });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('who may view', () => {
  const viewed = ['-n', RED, '--as', 'vic'];

  it('reads logs', async () => {
    const { code, stdout } = await waggle.run(['logs', 'standing', ...viewed, '-o', 'jsonl', '-q']);
    expect(code).toBe(0);
    expect(rowsOf(stdout).filter(({ path }) => path.startsWith('/tmp/red-a-'))).toHaveLength(COUNTS['red-a']!);
    expect((await waggle.run(['get', 'traces', ...viewed, '-o', 'name'])).stdout).toBe('trace.waggle.dev/standing\n');
    expect((await waggle.run(['describe', 'standing', ...viewed])).stdout).toContain('gadget opensnoop');
  });

  it.each([
    ['run', 'opensnoop'],
    ['stop', 'standing'],
    ['delete', 'standing'],
  ])('may not %s', async (command, word) => {
    const { code, stderr } = await waggle.run([command, word, ...viewed]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('User "vic" cannot')]);
    expect(stderr).toContain('ClusterRole waggle-tracer grants it');
  });
});

it('all of it is still there afterwards', async () => {
  const phases = ['get', 'traces,clustertraces', '-o', 'jsonpath={.items[*].status.phase}'];
  for (const namespace of [RED, BLUE])
    expect((await cluster.kubectl([...phases, '-n', namespace])).split(' ')).toEqual(
      expect.arrayContaining(['Running', 'Running']),
    );
});
