import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalServer, sendJson, sendStatus } from '../testing/local-server.ts';
import { KubeClient } from './kube-client.ts';
import { KubeError } from './kube-error.ts';
import { PODS, type ResourceType, resourcePath } from './resource-type.ts';

const DEPLOYMENTS: ResourceType = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  isNamespaced: true,
};

it.each([
  [PODS, {}, '/api/v1/pods'],
  [PODS, { namespace: 'shop' }, '/api/v1/namespaces/shop/pods'],
  [PODS, { namespace: 'shop', name: 'a', subresource: 'log' }, '/api/v1/namespaces/shop/pods/a/log'],
  [DEPLOYMENTS, { namespace: 'shop', name: 'a' }, '/apis/apps/v1/namespaces/shop/deployments/a'],
  [{ ...DEPLOYMENTS, isNamespaced: false }, { namespace: 'x', name: 'a/../b' }, '/apis/apps/v1/deployments/a%2F..%2Fb'],
])('the path of %j %j', (type, place, path) => {
  expect(resourcePath(type, place)).toBe(path);
});

describe('KubeClient', () => {
  let server: LocalServer;
  let client: KubeClient;

  beforeAll(async () => {
    server = await LocalServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    server.requests.length = 0;
    server.answer = (_request, response) => sendJson(response, {});
    client = new KubeClient(server.connection);
  });
  afterEach(() => client.close());

  const object = { metadata: { name: 'a', namespace: 'shop' } };
  it.each<[string, () => Promise<unknown>, object]>([
    [
      'get',
      () => client.get(PODS, { name: 'a', namespace: 'shop', resourceVersion: '0' }),
      { method: 'GET', path: '/api/v1/namespaces/shop/pods/a', query: { resourceVersion: '0' }, body: undefined },
    ],
    [
      'create',
      () => client.create(PODS, object, { dryRun: true, fieldManager: 'me' }),
      {
        method: 'POST',
        path: '/api/v1/namespaces/shop/pods',
        query: { dryRun: 'All', fieldManager: 'me' },
        body: object,
      },
    ],
    [
      'create a binding',
      () => client.create(PODS, object, { subresource: 'binding' }),
      { method: 'POST', path: '/api/v1/namespaces/shop/pods/a/binding' },
    ],
    [
      'replace',
      () => client.replace(PODS, object),
      { method: 'PUT', path: '/api/v1/namespaces/shop/pods/a', body: object },
    ],
    [
      'patch',
      () => client.patch(PODS, { a: null }, { name: 'a', namespace: 'shop', patchType: 'merge' }),
      { method: 'PATCH', body: { a: null }, headers: { 'content-type': 'application/merge-patch+json' } },
    ],
    [
      'apply',
      () => client.apply(PODS, object, { fieldManager: 'me', force: true, subresource: 'status' }),
      {
        method: 'PATCH',
        path: '/api/v1/namespaces/shop/pods/a/status',
        query: { fieldManager: 'me', force: 'true' },
        headers: { 'content-type': 'application/apply-patch+yaml' },
      },
    ],
    [
      'delete',
      () =>
        client.delete(PODS, { name: 'a', namespace: 'shop', propagation: 'Background', preconditions: { uid: 'u' } }),
      {
        method: 'DELETE',
        body: { kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: 'u' } },
      },
    ],
  ])('%s', async (_name, act, request) => {
    await act();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject(request);
    expect(server.requests[0]!.headers).toMatchObject({ authorization: 'Bearer secret', 'user-agent': 'waggle' });
  });

  it('keeps its connection', async () => {
    await client.get(PODS, { name: 'a' });
    await client.get(PODS, { name: 'b' });
    expect(server.requests[1]!.connection).toBe(server.requests[0]!.connection);
  });

  it('tries again where a kept connection has just been closed', async () => {
    await client.get(PODS, { name: 'a' });
    let isFirst = true;
    server.answer = (_request, response) => {
      if (!isFirst) return sendJson(response, { metadata: { name: 'b' } });
      isFirst = false;
      response.destroy();
    };
    expect(await client.get(PODS, { name: 'b' })).toEqual({ metadata: { name: 'b' } });
    // Not what may have been done already.
    isFirst = true;
    await expect(client.create(PODS, object)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('lists all pages', async () => {
    server.answer = ({ query }, response) =>
      query.continue === undefined
        ? sendJson(response, { metadata: { resourceVersion: '7', continue: 'next' }, items: [1, 2] })
        : sendJson(response, { metadata: { resourceVersion: '7' }, items: [3] });
    const list = await client.list(PODS, {
      namespace: 'shop',
      labelSelector: 'a=b',
      pageSize: 2,
      resourceVersion: '0',
    });
    expect(list).toEqual({ metadata: { resourceVersion: '7' }, items: [1, 2, 3] });
    expect(server.requests.map(({ query }) => query)).toEqual([
      { labelSelector: 'a=b', limit: '2', resourceVersion: '0' },
      { labelSelector: 'a=b', limit: '2', continue: 'next' },
    ]);
  });

  it('tells refusals by their reason', async () => {
    server.answer = (_request, response) => sendStatus(response, 409, 'Conflict', 'somebody was faster');
    const error = await client.replace(PODS, object).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KubeError);
    expect(error).toMatchObject({ code: 409, reason: 'Conflict', message: 'somebody was faster' });
  });

  it('shows what is not from an API server', async () => {
    server.answer = (_request, response) => void response.writeHead(502).end('<html>bad gateway');
    await expect(client.get(PODS, { name: 'a' })).rejects.toMatchObject({
      name: 'KubeError',
      code: 502,
      reason: '',
      message: 'the API server answers 502: <html>bad gateway',
    });
    server.answer = (_request, response) => void response.writeHead(200).end('hello');
    await expect(client.get(PODS, { name: 'a' })).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('waits for a server that is busy', async () => {
    let isBusy = true;
    server.answer = (_request, response) => {
      if (!isBusy) return sendJson(response, { ok: true });
      isBusy = false;
      sendJson(response, {}, 429, { 'retry-after': '0' });
    };
    expect(await client.get(PODS, { name: 'a' })).toEqual({ ok: true });
  });

  it('asks again with other headers, where there are any, when it is not known', async () => {
    server.answer = ({ headers }, response) =>
      headers.authorization === 'new' ? sendJson(response, { ok: true }) : sendStatus(response, 401, 'Unauthorized');
    let authorization = 'old';
    const renew = () => {
      const isRenewed = authorization === 'old';
      authorization = 'new';
      return isRenewed;
    };
    const { server: url, tls } = server.connection;
    using renewing = new KubeClient({
      server: url,
      tls,
      headers: async () => ({ authorization }),
      unauthorized: renew,
    });
    expect(await renewing.get(PODS, { name: 'a' })).toEqual({ ok: true });
    await expect(client.get(PODS, { name: 'a' })).rejects.toMatchObject({ code: 401 });
  });

  it('does not wait for ever', async () => {
    server.answer = () => {};
    await expect(client.get(PODS, { name: 'a', timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'no answer to GET /api/v1/pods/a within 0.02 s',
    });
    // Nor for the rest of an answer.
    server.answer = (_request, response) => void response.writeHead(200).write('{');
    await expect(client.get(PODS, { name: 'a', timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.each([
    ['before it is sent', () => AbortSignal.abort('enough')],
    ['while it waits', () => AbortSignal.timeout(20)],
  ])('is aborted %s', async (_when, signalOf) => {
    server.answer = () => {};
    const signal = signalOf();
    const failure = await client.get(PODS, { name: 'a', signal }).catch((error: unknown) => error);
    expect(failure).toBe(signal.reason);
  });

  it('says that nobody is there', async () => {
    const nowhere = new KubeClient({ ...server.connection, server: 'https://127.0.0.1:1' });
    await expect(nowhere.get(PODS, { name: 'a' })).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('cannot reach the API server at https://127.0.0.1:1: '),
    });
    const stranger = new KubeClient({ ...server.connection, tls: {} });
    await expect(stranger.get(PODS, { name: 'a' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  describe('stream', () => {
    it('gives bytes as they come, for longer than requests may take', async () => {
      server.answer = async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/x' }).write('one');
        await sleep(60);
        response.end('two');
      };
      const stream = await client.stream('/log', { timeoutMs: 50, query: { follow: true } });
      expect(stream.headers['content-type']).toBe('text/x');
      const chunks: string[] = [];
      for await (const chunk of stream.body) chunks.push(Buffer.from(chunk).toString());
      expect(chunks).toEqual(['one', 'two']);
    });

    it('tells a connection that breaks from an end', async () => {
      server.answer = (_request, response) => {
        response.writeHead(200).write('one');
        setTimeout(() => response.destroy(), 10);
      };
      const stream = await client.stream('/log');
      await expect(collect(stream.body)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    });

    it('is closed from this side', async () => {
      server.answer = (_request, response) => void response.writeHead(200).write('one');
      const stream = await client.stream('/log');
      setTimeout(() => stream.close('enough'), 10);
      expect(await collect(stream.body).catch((reason: unknown) => reason)).toBe('enough');
    });

    it('throws refusals', async () => {
      server.answer = (_request, response) => sendStatus(response, 403, 'Forbidden');
      await expect(client.stream('/log')).rejects.toMatchObject({ code: 403, reason: 'Forbidden' });
    });
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
