import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import { SourceText } from '@waggle/bpftrace';
import { findCgroupMount, type Identity, workloadName } from '@waggle/identity';
import { KubeClient } from '@waggle/kube';
import {
  MachineFacts,
  type NodeIdentity,
  openNodeIdentity,
  prepareTrace,
  type RunningTrace,
  resolvePodTarget,
} from '@waggle/trace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MapCollector } from '../packages/trace/src/testing/map-collector.ts';
import { waitFor } from './ground/cluster/wait-for.ts';
import { useCluster } from './ground/use-cluster.ts';

const NAMESPACE = `pods-${process.pid}`;
const IMAGE = 'waggle.dev/workload:test';
const TIMEOUT_MS = 180_000;

const cluster = useCluster();
const machine = new MachineFacts();
let kube: KubeClient;
let nodes: NodeIdentity[];

beforeAll(async () => {
  kube = adminClient();
  nodes = await Promise.all(
    cluster.facts.nodes.map(({ name, runFolder }) =>
      // A node's files are below a folder of its own, its cgroups beside those of the others.
      openNodeIdentity({
        node: name,
        kube,
        hostRoot: dirname(runFolder),
        cgroupMount: findCgroupMount(),
        facts: machine,
      }),
    ),
  );
  await cluster.createNamespace(NAMESPACE);
}, TIMEOUT_MS);

afterAll(async () => {
  await cluster.deleteNamespace(NAMESPACE);
  for (const node of nodes) await node.close();
  kube.close();
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
}, TIMEOUT_MS);

function adminClient(): KubeClient {
  const { clusters, users } = JSON.parse(readFileSync(cluster.facts.kubeconfig, 'utf8'));
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  const { user } = users[0];
  const tls = {
    ca: decode(clusters[0].cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
  return new KubeClient({ server: cluster.facts.server, tls, headers: async () => ({}) });
}

function template(app: string, command: string, more: object = {}): object {
  const container = { name: 'main', image: IMAGE, imagePullPolicy: 'Never', command: ['/bin/sh', '-c', command] };
  return {
    metadata: { labels: { app } },
    spec: { containers: [container], terminationGracePeriodSeconds: 0, ...more },
  };
}

function object(kind: string, apiVersion: string, name: string, rest: object): object {
  return { apiVersion, kind, metadata: { name, namespace: NAMESPACE }, ...rest };
}

/** What is known of the namespace's pods, container by container. */
function containers(): Identity[] {
  return nodes.flatMap(({ identities }) =>
    [...identities.known()].filter(({ pod, container }) => pod?.namespace === NAMESPACE && container?.name === 'main'),
  );
}

async function containerOf(app: string): Promise<Identity> {
  return waitFor(`a container of ${app}`, () => containers().find(({ pod }) => pod?.labels.app === app), {
    timeoutMs: TIMEOUT_MS,
  });
}

it(
  'belong to the workloads that made them',
  async () => {
    const forever = 'exec sleep 100000';
    const selector = (app: string): object => ({ selector: { matchLabels: { app } } });
    const jobTemplate = { spec: { template: template('ticking', forever, { restartPolicy: 'Never' }) } };
    await cluster.apply(
      object('Deployment', 'apps/v1', 'cart', { spec: { ...selector('cart'), template: template('cart', forever) } }),
      object('StatefulSet', 'apps/v1', 'db', {
        spec: { ...selector('db'), serviceName: 'db', template: template('db', forever) },
      }),
      object('DaemonSet', 'apps/v1', 'log', { spec: { ...selector('log'), template: template('log', forever) } }),
      object('ReplicaSet', 'apps/v1', 'plain', {
        spec: { ...selector('plain'), template: template('plain', forever) },
      }),
      object('Job', 'batch/v1', 'import', {
        spec: { template: template('import', forever, { restartPolicy: 'Never' }) },
      }),
      object('CronJob', 'batch/v1beta1', 'tick', { spec: { schedule: '0 0 1 1 *', jobTemplate } }),
      {
        ...object('Pod', 'v1', 'bare', template('bare', forever)),
        metadata: { name: 'bare', namespace: NAMESPACE, labels: { app: 'bare' } },
      },
    );
    await cluster.kubectl(['create', 'job', '--namespace', NAMESPACE, '--from=cronjob/tick', 'by-hand']);
    for (const [app, workload] of [
      ['cart', 'deploy/cart'],
      ['db', 'sts/db'],
      ['log', 'ds/log'],
      ['plain', 'rs/plain'],
      ['import', 'job/import'],
      ['ticking', 'cronjob/tick'],
      ['bare', 'pod/bare'],
    ] as const) {
      const identity = await containerOf(app);
      expect(workloadName(identity.pod!)).toBe(workload);
      expect(identity.container).toMatchObject({ name: 'main', runtime: 'containerd', image: IMAGE });
      expect(identity.node).toMatch(/^node-/);
    }
  },
  TIMEOUT_MS,
);

it(
  'are known from the first exec of each container, and counted by label exactly, on every node',
  async () => {
    const pods = 12;
    const sinks = nodes.map(() => new MapCollector());
    const traces = await Promise.all(nodes.map((node, n) => startTrace(node, sinks[n]!)));
    const run = template('burst', 'cd /tmp; cd /; cd /tmp', { restartPolicy: 'Never' });
    await cluster.apply(
      object('Job', 'batch/v1', 'burst', { spec: { completions: pods, parallelism: 4, template: run } }),
    );
    const done = ['get', 'job', 'burst', '--namespace', NAMESPACE, '--output=jsonpath={.status.succeeded}'];
    await waitFor('the end of the job', async () => (await cluster.kubectl(done)) === String(pods), {
      timeoutMs: TIMEOUT_MS,
    });
    await Promise.all(traces.map((trace) => trace.stop()));
    const counted = sinks.reduce((sum, sink) => sum + (sink.totals('@').burst ?? 0n), 0n);
    expect(counted).toBe(BigInt(3 * pods));
    const events = sinks.flatMap(({ events: of }) => of);
    expect(events.filter(({ identity }) => identity?.pod === undefined)).toEqual([]);
    const mine = events.filter(({ identity }) => identity?.pod?.labels.app === 'burst');
    expect(new Set(mine.map(({ identity }) => identity!.pod!.name)).size).toBe(pods);
    expect(mine).toHaveLength(pods);
    // A container's name may come after its end, where the machine is so busy that nobody could look before.
    await waitFor('the names of its containers', () => mine.every(({ cgroupId }) => nameOf(cgroupId) === 'main'));
    await cluster.kubectl(['delete', 'job', 'burst', '--namespace', NAMESPACE]);
    await waitFor('the end of its containers', () => containers().every(({ pod }) => pod!.labels.app !== 'burst'));
  },
  TIMEOUT_MS,
);

function nameOf(cgroupId: bigint): string | undefined {
  return nodes.map(({ identities }) => identities.lookup(cgroupId)?.container?.name).find((name) => name === 'main');
}

function startTrace(node: NodeIdentity, sink: MapCollector): Promise<RunningTrace> {
  const source = new SourceText(
    'burst.bt',
    `tracepoint:syscalls:sys_enter_chdir / comm == "sh" / { @[label("app")] = count(); }
     tracepoint:sched:sched_process_exec / str(args.filename) == "/bin/sh" / { print((pod = pod)); }`,
  );
  const target = resolvePodTarget({ namespaces: [NAMESPACE], selector: 'app=burst' }, node);
  const { trace, diagnostics } = prepareTrace({ source, identities: node.identities, facts: machine, target });
  if (trace === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return trace.start(sink);
}
