import { connect } from 'node:http2';
import { request as startRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from '../authentication/authenticate.ts';
import { parseFrontProxy } from '../authentication/front-proxy.ts';
import { createAuthority, issueCertificate } from '../certificates/issue-certificate.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import { Log } from '../log.ts';
import { checkTrace } from '../webhook/check-trace.ts';
import { GatewayServer } from './gateway-server.ts';
import type { RequestContext } from './request-handler.ts';

const validity = { now: new Date(), days: 1 };
const API = '/apis/stream.waggle.dev/v1alpha1';
const USER = { 'x-remote-user': 'alice' };

let ca: string;
let clients: Record<'front' | 'stranger' | 'own', KeyPair>;
let server: GatewayServer;
let port: number;
let healthPort: number;
let unready: string | undefined;
const lines: string[] = [];

beforeAll(async () => {
  const [own, frontProxy, other] = await Promise.all(
    ['waggle', 'front', 'front'].map((name) => createAuthority(name, validity)),
  );
  const issue = (authority: KeyPair | undefined) =>
    issueCertificate(authority!, { commonName: 'front-proxy-client' }, validity);
  clients = { front: await issue(frontProxy), stranger: await issue(other), own: await issue(own) };
  ca = own!.certificate;
  const authenticator = new Authenticator(
    parseFrontProxy({
      'requestheader-client-ca-file': frontProxy!.certificate,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    }),
  );
  const context = {
    log: new Log('debug', (line) => lines.push(line)),
    authenticate: (...given: Parameters<Authenticator['authenticate']>) => authenticator.authenticate(...given),
    unready: () => unready,
    check: checkTrace,
    traces: { find: async () => undefined },
    draining: new AbortController().signal,
  } as unknown as RequestContext;
  server = new GatewayServer(context, await issueCertificate(own!, { commonName: 'gw', serves: ['gw'] }, validity));
  ({ port, healthPort } = await server.listen({ port: 0, healthPort: 0 }));
});
afterAll(() => server.close(100));

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

interface Asked {
  readonly client?: KeyPair;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function ask(path: string, { client, method = 'GET', headers = USER, body }: Asked = {}): Promise<Answer> {
  const tls = { ca, servername: 'gw', ...(client && { cert: client.certificate, key: client.key }) };
  return new Promise((resolve, reject) => {
    const request = startRequest({ ...tls, host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

function askHttp2(path: string, client: KeyPair): Promise<Answer> {
  const tls = { ca, servername: 'gw', cert: client.certificate, key: client.key };
  const session = connect(`https://127.0.0.1:${port}`, tls);
  return new Promise<Answer>((resolve, reject) => {
    session.on('error', reject);
    const stream = session.request({ ':path': path, ...USER });
    let answer: Omit<Answer, 'body'>;
    let text = '';
    stream.on('response', (headers) => {
      answer = { status: headers[':status']!, headers };
    });
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('end', () => resolve({ ...answer, body: text }));
    stream.on('error', reject).end();
  }).finally(() => session.close());
}

describe('who is let in', () => {
  it('the front proxy, over HTTP/1.1', async () => {
    const { status, body } = await ask(API, { client: clients.front });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ kind: 'APIResourceList', groupVersion: 'stream.waggle.dev/v1alpha1' });
  });

  it('the front proxy, over HTTP/2', async () => {
    const { status, body } = await askHttp2(API, clients.front);
    expect([status, JSON.parse(body).kind]).toEqual([200, 'APIResourceList']);
  });

  it.each<[string, () => KeyPair | undefined]>([
    ['nobody without a certificate', () => undefined],
    ['nobody of another authority with the same names', () => clients.stranger],
    ['nobody of waggle’s own authority', () => clients.own],
  ])('%s', async (_, client) => {
    const given = client();
    for (const path of ['/apis', API, '/openapi/v2', `${API}/namespaces/shop/traces/t/log`, '/nothing']) {
      const { status, body } = await ask(path, given && { client: given });
      expect([path, status, JSON.parse(body).reason]).toEqual([path, 401, 'Unauthorized']);
    }
  });

  it('nobody over HTTP/2 either', async () => {
    expect(await askHttp2(API, clients.stranger)).toMatchObject({ status: 401 });
  });

  it('no user who is not introduced', async () => {
    expect(await ask(API, { client: clients.front, headers: {} })).toMatchObject({ status: 401 });
  });
});

describe('what is there', () => {
  it.each<[string, number, object]>([
    ['/apis', 200, { kind: 'APIGroupList', groups: [{ name: 'stream.waggle.dev' }] }],
    ['/apis/stream.waggle.dev', 200, { kind: 'APIGroup', name: 'stream.waggle.dev' }],
    ['/openapi/v2', 200, { swagger: '2.0' }],
    ['/openapi/v3', 200, { paths: { 'apis/stream.waggle.dev/v1alpha1': {} } }],
    [`/openapi/v3${API}`, 200, { openapi: '3.0.0' }],
    ['/nothing', 404, { kind: 'Status', reason: 'NotFound', code: 404 }],
    [
      `${API}/namespaces/shop/traces/t/log`,
      404,
      { reason: 'NotFound', message: 'traces.stream.waggle.dev "t" not found' },
    ],
    [`${API}/clustertraces/t/log?follow=maybe`, 400, { reason: 'BadRequest' }],
  ])('%s', async (path, code, expected) => {
    const { status, body } = await ask(path, { client: clients.front });
    expect(status).toBe(code);
    expect(JSON.parse(body)).toMatchObject(expected);
  });

  it.each(['/../../../../mine/traces/t/log', '/%2e%2e/%2e%2e/log', '\\..\\..', '/..'])(
    'nothing by a way around: %s',
    async (way) => {
      const { status, body } = await ask(`${API}/namespaces/shop/traces/t/log${way}`, { client: clients.front });
      expect([status, JSON.parse(body).message]).toEqual([404, 'the server could not find the requested resource']);
    },
  );

  it('documents are not sent again to who has them', async () => {
    const first = await ask('/openapi/v2', { client: clients.front });
    const headers = { ...USER, 'if-none-match': String(first.headers.etag) };
    expect(await ask('/openapi/v2', { client: clients.front, headers })).toMatchObject({ status: 304, body: '' });
  });

  it('nothing to write to', async () => {
    expect(await ask(API, { client: clients.front, method: 'DELETE' })).toMatchObject({ status: 405 });
  });
});

describe('without a certificate', () => {
  it('tells how it is', async () => {
    unready = 'starting';
    expect(await ask('/livez')).toMatchObject({ status: 200, body: 'ok' });
    expect(await ask('/readyz')).toMatchObject({ status: 503, body: 'starting' });
    expect((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status).toBe(503);
    unready = undefined;
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: 'ok' });
    expect((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${healthPort}/apis`)).status).toBe(404);
  });

  it.each<[string, string, number, object]>([
    ['a review', review('BEGIN { x( }'), 200, { kind: 'AdmissionReview', response: { uid: 'u', allowed: false } }],
    ['what is no review', '{}', 400, { reason: 'BadRequest' }],
    ['what is no JSON', '{', 400, { reason: 'BadRequest' }],
    ['too much', `"${'x'.repeat(9_000_000)}"`, 413, { reason: 'RequestEntityTooLarge' }],
  ])('answers %s', async (_, body, code, expected) => {
    const answer = await ask('/validate', { method: 'POST', body });
    expect(answer.status).toBe(code);
    expect(JSON.parse(answer.body)).toMatchObject(expected);
  });
});

it('writes no secrets into its log', () => {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('')).not.toMatch(/PRIVATE KEY|BEGIN CERT/);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ time: expect.any(String), level: expect.any(String) });
});

function review(script: string): string {
  const request = {
    uid: 'u',
    operation: 'CREATE',
    kind: { group: 'waggle.dev', kind: 'Trace' },
    object: { spec: { program: { script } } },
  };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
}
