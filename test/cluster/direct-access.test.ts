import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../ground/cluster/certificates.ts';
import { adminCredentials } from './support/admin-credentials.ts';
import { type Door, knockAtAll, type Visitor } from './support/knock.ts';
import { knockInPod } from './support/knock-in-pod.ts';
import { bindRole } from './support/role-binding.ts';
import { trace } from './support/trace-object.ts';
import { useWaggle } from './support/use-waggle.ts';

/** Nobody reaches an agent or the gateway but through the API server. */

const NAMESPACE = `doors-${process.pid}`;
const OF_AGENT = `/v1/namespaces/${NAMESPACE}/traces/standing/log`;
const OF_GATEWAY = `/apis/stream.waggle.dev/v1alpha1/namespaces/${NAMESPACE}/traces/standing/log`;

const waggle = useWaggle();
const { cluster } = waggle;
const folder = mkdtempSync(join(tmpdir(), 'waggle-test-'));

let doors: Door[];
let visitors: Visitor[];

beforeAll(async () => {
  await cluster.createNamespace(NAMESPACE);
  await bindRole(cluster, { namespace: NAMESPACE, user: 'ann', role: 'admin' });
  await cluster.apply(trace(NAMESPACE, 'standing', { program: { gadget: 'opensnoop' } }));
  await cluster.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Running', 'trace/standing', '--timeout=30s']);
  doors = [
    { name: 'agent', ...(await podOf('agent')), port: 8444, path: OF_AGENT },
    { name: 'gateway', ...(await podOf('gateway')), port: 8443, path: OF_GATEWAY },
  ];
  visitors = await makeVisitors();
}, 120_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await cluster.deleteNamespace(NAMESPACE);
}, 60_000);

async function podOf(component: string): Promise<{ readonly host: string; readonly pod: string }> {
  const labels = `app.kubernetes.io/name=waggle,app.kubernetes.io/component=${component}`;
  const fields = '{.items[0].status.podIP} {.items[0].metadata.name}';
  const text = await cluster.kubectl(['get', 'pods', '-n', 'waggle', '-l', labels, '-o', `jsonpath=${fields}`]);
  const [host, pod] = text.split(' ');
  return { host: host!, pod: pod! };
}

async function makeVisitors(): Promise<Visitor[]> {
  const elsewhere = await CertificateAuthority.create(folder, 'elsewhere');
  const stranger = async (name: string) => pemOf(await elsewhere.issue(name, { commonName: name }));
  const ofCluster = (name: string) =>
    pemOf({
      certificate: join(cluster.facts.ca, `../${name}.crt`),
      key: join(cluster.facts.ca, `../${name}.key`),
    });
  return [
    { name: 'nobody' },
    { name: 'a service account', token: await tokenOf(NAMESPACE) },
    { name: 'front proxy of another authority', ...(await stranger('front-proxy-client')) },
    { name: 'gateway of another authority', ...(await stranger('waggle-gateway')) },
    { name: 'administrator', ...ofCluster('admin') },
    { name: 'API server as it calls kubelets', ...ofCluster('apiserver-kubelet-client') },
    { name: 'node', ...ofCluster('kubelet-node-a-client') },
    { name: 'agent', ...(await secretPair('waggle-agent-tls')) },
    { name: 'gateway', ...(await secretPair('waggle-gateway-client-tls')) },
    { name: 'front proxy', ...ofCluster('front-proxy-client') },
  ];
}

function pemOf({ certificate, key }: KeyPair): { readonly cert: string; readonly key: string } {
  return { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}

async function secretPair(name: string): Promise<{ readonly cert: string; readonly key: string }> {
  const { data } = JSON.parse(await cluster.kubectl(['get', 'secret', name, '-n', 'waggle', '-o', 'json']));
  const text = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');
  return { cert: text(data['tls.crt']), key: text(data['tls.key']) };
}

async function tokenOf(namespace: string): Promise<string> {
  const account = ['get', 'serviceaccount', 'default', '-n', namespace, '-o', 'jsonpath={.secrets[0].name}'];
  const secret = ['get', 'secret', await cluster.kubectl(account), '-n', namespace, '-o', 'jsonpath={.data.token}'];
  return Buffer.from(await cluster.kubectl(secret), 'base64').toString('utf8');
}

/** Whoever they are and whatever they say of themselves; the one who is let in shows that the door was there. */
const ANSWERS = {
  agent: {
    nobody: 'hung up',
    'a service account': 'hung up',
    'front proxy of another authority': 'hung up',
    'gateway of another authority': 'hung up',
    administrator: 'hung up',
    'API server as it calls kubelets': 'hung up',
    node: 'hung up',
    // Its certificate is a server's.
    agent: 'hung up',
    gateway: '200',
    'front proxy': 'hung up',
  },
  gateway: {
    nobody: '401',
    'a service account': '401',
    'front proxy of another authority': '401',
    'gateway of another authority': '401',
    administrator: '401',
    'API server as it calls kubelets': '401',
    node: '401',
    agent: '401',
    gateway: '401',
    'front proxy': '200',
  },
};

it('from the machine', async () => {
  expect(await knockAtAll(doors, visitors)).toEqual(ANSWERS);
});

it('from a pod, by the pods’ addresses and by that of the service', async () => {
  const address = ['get', 'service', 'waggle-gateway', '-n', 'waggle', '-o', 'jsonpath={.spec.clusterIP}'];
  const service = { name: 'service', host: await cluster.kubectl(address), port: 443, path: OF_GATEWAY };
  const { image } = waggle;
  expect(await knockInPod(cluster, { namespace: NAMESPACE, image }, [...doors, service], visitors)).toEqual({
    ...ANSWERS,
    service: ANSWERS.gateway,
  });
});

it('not through the API server’s own proxy either', async () => {
  for (const [component, port, path] of [
    ['agent', 8444, OF_AGENT],
    ['gateway', 8443, OF_GATEWAY],
  ] as const) {
    const { pod } = await podOf(component);
    const way = `/api/v1/namespaces/waggle/pods/https:${pod}:${port}/proxy${path}`;
    // The administrator may take this way; at its end, the API server comes without a certificate.
    expect(await statusOf(way)).toBe(component === 'agent' ? 500 : 401);
    expect(await statusOf(way, { 'impersonate-user': 'ann' })).toBe(403);
  }
});

function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
  const forged = { 'x-remote-user': 'system:admin', 'x-remote-group': 'system:masters', ...headers };
  return new Promise((resolve, reject) => {
    request({ ...adminCredentials(cluster.facts), path, headers: forged }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode!));
    })
      .on('error', reject)
      .end();
  });
}

it('the keys that open them are nobody’s to read', async () => {
  for (const secret of ['waggle-ca', 'waggle-agent-tls', 'waggle-gateway-tls', 'waggle-gateway-client-tls'])
    await expect(cluster.kubectl(['get', 'secret', secret, '-n', 'waggle', '--as', 'ann'])).rejects.toThrow(
      'User "ann" cannot get resource "secrets"',
    );
});
