import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKLOAD_IMAGE } from '../images/workload-image.ts';
import { useCluster } from '../use-cluster.ts';
import { run } from './run.ts';

const NAMESPACE = `ground-${process.pid}`;
const WEB = 'echo "hello from $NODE" >/tmp/index.html; echo serving; exec httpd -f -p 8080 -h /tmp';
const WATCHER = 'echo watching; trap "exit 0" TERM; while :; do sleep 1; done';

const cluster = useCluster();
const inNamespace = (...args: readonly string[]) => cluster.kubectl(['--namespace', NAMESPACE, ...args]);
const inPod = (pod: string, ...command: readonly string[]) => inNamespace('exec', pod, '--', ...command);
const fetched = (pod: string, url: string) => inPod(pod, 'timeout', '10', 'wget', '-qO-', url);

function pod(name: string, node: string, script: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: WORKLOAD_IMAGE,
          command: ['/bin/sh', '-c', script],
          env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          volumeMounts: [{ name: 'runtime', mountPath: '/runtime' }],
        },
      ],
      volumes: [{ name: 'runtime', hostPath: { path: '/run/containerd', type: 'Directory' } }],
    },
  };
}

async function podIp(name: string): Promise<string> {
  return inNamespace('get', 'pod', name, '--output=jsonpath={.status.podIP}');
}

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  await cluster.apply(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: NAMESPACE },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    pod('web', 'node-a', WEB),
    pod('near', 'node-a', WATCHER),
    pod('far', 'node-b', WATCHER),
  );
  await inNamespace('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
}, 90_000);

afterAll(() => cluster.deleteNamespace(NAMESPACE), 60_000);

describe('a pod', () => {
  it('runs on the node that it asks for, with logs and exec', async () => {
    expect(await inNamespace('logs', 'web')).toBe('serving\n');
    expect(await inNamespace('logs', 'far')).toBe('watching\n');
    expect(await inPod('far', 'sh', '-c', 'echo $NODE')).toBe('node-b\n');
  });

  it('reaches pods of its own node and of the other', async () => {
    const url = `http://${await podIp('web')}:8080/`;
    expect(await fetched('near', url)).toBe('hello from node-a\n');
    expect(await fetched('far', url)).toBe('hello from node-a\n');
  });

  it('reaches a service, from the node of the pod behind it and from the other, and itself', async () => {
    const url = `http://${await inNamespace('get', 'service', 'web', '--output=jsonpath={.spec.clusterIP}')}/`;
    for (const name of ['web', 'near', 'far']) expect(await fetched(name, url)).toBe('hello from node-a\n');
  });

  it('reaches the API server as its service account, which may do nothing yet', async () => {
    const token = 'Authorization: Bearer $(cat /run/secrets/kubernetes.io/serviceaccount/token)';
    const get = (path: string) =>
      inPod('far', 'sh', '-c', `timeout 10 wget --header "${token}" -qO- https://10.96.0.1${path} 2>&1 || true`);
    expect(await get('/version')).toContain('"gitVersion": "v1.20.2"');
    expect(await get(`/api/v1/namespaces/${NAMESPACE}/pods`)).toContain('403 Forbidden');
  });

  it('reaches nothing outside of this machine', async () => {
    const script = 'ip route get 192.0.2.1 >/dev/null; timeout 3 wget -qO- http://192.0.2.1/ 2>&1 || true';
    expect(await inPod('far', 'sh', '-c', script)).toContain("can't connect");
  });

  it("is in its node's cgroup, under the same path in every hierarchy", async () => {
    const uid = await inNamespace('get', 'pod', 'far', '--output=jsonpath={.metadata.uid}');
    const node = cluster.facts.nodes.find(({ name }) => name === 'node-b')!;
    const lines = (await inPod('far', 'cat', '/proc/self/cgroup')).trim().split('\n');
    for (const line of lines) expect(line).toContain(`:${node.cgroupRoot}/kubepods/besteffort/pod${uid}/`);
  });
});

describe('a node', () => {
  it('has its runtime where all nodes have it', async () => {
    const inodes = await Promise.all(
      ['near', 'web', 'far'].map((name) => inPod(name, 'stat', '-c', '%i', '/runtime/containerd.sock')),
    );
    const sockets = cluster.facts.nodes.map(({ containerdSocket }) => `${statSync(containerdSocket).ino}\n`);
    expect(inodes).toEqual([sockets[0], sockets[0], sockets[1]]);
    expect(sockets[0]).not.toBe(sockets[1]);
  });

  it('runs its own pods only', async () => {
    const { facts } = cluster;
    const names = await Promise.all(
      facts.nodes.map(({ containerdSocket }) =>
        run('ctr', ['--address', containerdSocket, '--namespace', 'k8s.io', 'containers', 'list']),
      ),
    );
    expect(names.map((list) => list.split('\n').filter((line) => line.includes(WORKLOAD_IMAGE)).length)).toEqual([
      2, 1,
    ]);
  });
});

describe('the API server', () => {
  it('reaches pods behind a service', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/services/web:80/proxy/`;
    expect(await cluster.kubectl(['get', '--raw', path])).toBe('hello from node-a\n');
  });

  it('tells aggregated APIs how to know it', async () => {
    const name = 'extension-apiserver-authentication';
    const { data } = JSON.parse(await cluster.kubectl(['get', 'configmap', '-n', 'kube-system', name, '-o', 'json']));
    expect(data).toMatchObject({
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': expect.stringContaining('BEGIN CERTIFICATE'),
      'requestheader-username-headers': '["X-Remote-User"]',
    });
  });

  it('grants a user what roles say, and no more', async () => {
    const asked = (...words: readonly string[]) =>
      inNamespace('auth', 'can-i', ...words, '--as=ada').catch((error: Error) => error.message);
    await inNamespace('create', 'role', 'reader', '--verb=get', '--resource=pods');
    await inNamespace('create', 'rolebinding', 'ada', '--role=reader', '--user=ada');
    expect(await asked('get', 'pods')).toBe('yes\n');
    expect(await asked('delete', 'pods')).not.toContain('yes');
  });
});
