import { X509Certificate } from 'node:crypto';
import { request as startRequest } from 'node:https';
import { CertificateStore } from '@waggle/gateway';
import { AGENT_PORT, GATEWAY_PORT, type KubeClient, SECRETS } from '@waggle/kube';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../ground/cluster/wait-for.ts';
import { kubeClientOf } from './support/kube-client-of.ts';
import { trace } from './support/trace-object.ts';
import { useWaggle } from './support/use-waggle.ts';

const NAMESPACE = `gateway-${process.pid}`;
const API = '/apis/stream.waggle.dev/v1alpha1';

const waggle = useWaggle();
const { cluster } = waggle;
let client: KubeClient;

beforeAll(async () => {
  client = kubeClientOf(cluster.facts);
  await cluster.createNamespace(NAMESPACE);
}, 60_000);
afterAll(async () => {
  await cluster.deleteNamespace(NAMESPACE);
  client.close();
}, 60_000);

interface PodList {
  readonly items: readonly { readonly status: { readonly podIP: string } }[];
}

async function addressOf(component: string): Promise<string> {
  const labels = `app.kubernetes.io/name=waggle,app.kubernetes.io/component=${component}`;
  const pods = await cluster.kubectl(['get', 'pods', '-n', 'waggle', '-l', labels, '-o', 'json']);
  return (JSON.parse(pods) as PodList).items[0]!.status.podIP;
}

interface Secret {
  readonly data: Readonly<Record<string, string>>;
}

async function secretText(namespace: string, name: string, key: string): Promise<string> {
  const { data } = await client.get<Secret>(SECRETS, { namespace, name });
  return Buffer.from(data[key]!, 'base64').toString('utf8');
}

/** Asks a pod without the API server, pretending to be it. The status, or why there is none. */
function askDirectly(host: string, port: number, path: string, tls: { cert?: string; key?: string }): Promise<string> {
  return new Promise((resolve) => {
    const headers = { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' };
    const request = startRequest(
      { host, port, path, headers, ...tls, rejectUnauthorized: false, agent: false },
      (answer) => {
        answer.resume();
        resolve(String(answer.statusCode));
      },
    );
    request.on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? error.message));
    request.end();
  });
}

describe('without the API server', () => {
  const log = 'namespaces/default/traces/any/log';

  it('nobody learns anything of the gateway, whoever they say they are', async () => {
    const host = await addressOf('gateway');
    const agentsOwn = {
      cert: await secretText('waggle', 'waggle-agent-tls', 'tls.crt'),
      key: await secretText('waggle', 'waggle-agent-tls', 'tls.key'),
    };
    for (const tls of [{}, agentsOwn]) {
      for (const path of ['/apis', API, `${API}/${log}`])
        expect([path, await askDirectly(host, GATEWAY_PORT, path, tls)]).toEqual([path, '401']);
    }
  });

  it('nobody speaks to an agent, not even with the certificate of another', async () => {
    const host = await addressOf('agent');
    const other = {
      cert: await secretText('waggle', 'waggle-agent-tls', 'tls.crt'),
      key: await secretText('waggle', 'waggle-agent-tls', 'tls.key'),
    };
    for (const tls of [{}, other])
      expect(await askDirectly(host, AGENT_PORT, `/v1/${log}`, tls)).toMatch(/^(ERR_SSL_|ECONNRESET|EPROTO)/);
  });
});

describe('certificates', () => {
  it('are the same for gateways that start together', async () => {
    const stores = Array.from({ length: 5 }, () => new CertificateStore(client, NAMESPACE));
    const found = await Promise.all(stores.map((store) => store.ensure()));
    expect(new Set(found.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await new CertificateStore(client, NAMESPACE).ensure()).toEqual(found[0]);
  });

  it('are exchanged before they end, and the authority before is trusted for as long as it is valid', async () => {
    const before = await new CertificateStore(client, NAMESPACE).ensure();
    const written: string[] = [];
    const store = new CertificateStore(client, NAMESPACE, ({ secret }) => written.push(secret));
    const renewed = await store.ensure(yearsFromNow(0.9));
    expect(written).toEqual(['waggle-gateway-tls', 'waggle-agent-tls', 'waggle-gateway-client-tls']);
    expect(renewed.authorities).toBe(before.authorities);
    const later = await store.ensure(yearsFromNow(9));
    expect(later.authorities.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(later.authorities).toContain(before.authorities);
    const signer = new X509Certificate(later.authorities); // The first one, which is the new one.
    expect(new X509Certificate(later.server.certificate).verify(signer.publicKey)).toBe(true);
    expect(await secretText(NAMESPACE, 'waggle-agent-tls', 'ca.crt')).toBe(later.authorities);
  });

  it.each([
    ['apiservice', 'v1alpha1.stream.waggle.dev', '/spec/caBundle', '{.spec.caBundle}'],
    [
      'validatingwebhookconfiguration',
      'waggle',
      '/webhooks/0/clientConfig/caBundle',
      '{.webhooks[0].clientConfig.caBundle}',
    ],
  ])('are told to the API server again, where %s has lost them', async (kind, name, path, field) => {
    const bundle = () => cluster.kubectl(['get', kind, name, '-o', `jsonpath=${field}`]);
    const before = await bundle();
    expect(Buffer.from(before, 'base64').toString()).toBe(await secretText('waggle', 'waggle-ca', 'tls.crt'));
    await cluster.kubectl(['patch', kind, name, '--type=json', '-p', JSON.stringify([{ op: 'remove', path }])]);
    await waitFor(`caBundle of ${name}`, async () => (await bundle()) === before);
  });
});

function yearsFromNow(years: number): Date {
  return new Date(Date.now() + years * 365 * 24 * 3600_000);
}

/** The API server cuts ordinary requests after 60 seconds. */
it('streams for longer than a minute, through the API server', { timeout: 120_000 }, async () => {
  const spec = { program: { script: 'interval:s:1 { printf("tick\\n"); }' } };
  await cluster.apply(trace(NAMESPACE, 'ticks', spec));
  const start = performance.now();
  const path = `${API}/namespaces/${NAMESPACE}/traces/ticks/log`;
  using stream = await client.stream(path, { query: { follow: true }, signal: AbortSignal.timeout(110_000) });
  let lastSeconds = 0;
  for await (const _ of stream.body) {
    lastSeconds = (performance.now() - start) / 1000;
    if (lastSeconds > 65) break;
  }
  expect(lastSeconds).toBeGreaterThan(65);
});
