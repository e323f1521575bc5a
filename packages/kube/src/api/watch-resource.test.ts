import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalServer, type SeenRequest, sendJson, sendStatus } from '../testing/local-server.ts';
import { KubeClient } from './kube-client.ts';
import type { KubeObject } from './kube-object.ts';
import { PODS } from './resource-type.ts';
import { type ResourceWatch, watchResource } from './watch-resource.ts';

const BACKOFF = { firstMs: 1, maxMs: 5 };

function pod(name: string, resourceVersion: string, more: object = {}): KubeObject {
  return { metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion, ...more } };
}

function event(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** A server of pods that does, request by request, what a test says. */
class Script {
  readonly #steps: ((request: SeenRequest, response: ServerResponse) => void)[] = [];

  list(version: string, ...items: readonly KubeObject[]): this {
    this.#steps.push((_request, response) => sendJson(response, { metadata: { resourceVersion: version }, items }));
    return this;
  }

  /** Sends events; then ends the watch, breaks the connection, or leaves it open. */
  watch(then: 'end' | 'break' | 'stay', ...events: readonly string[]): this {
    this.#steps.push((_request, response) => {
      response.writeHead(200).flushHeaders();
      for (const text of events) response.write(text);
      if (then === 'end') response.end();
      if (then === 'break') setTimeout(() => response.destroy(), 20);
    });
    return this;
  }

  refuse(code: number, reason: string): this {
    this.#steps.push((_request, response) => sendStatus(response, code, reason));
    return this;
  }

  answer = (request: SeenRequest, response: ServerResponse): void => {
    const step = this.#steps.shift();
    if (step === undefined) response.writeHead(200).flushHeaders();
    else step(request, response);
  };
}

describe('watchResource', () => {
  let server: LocalServer;
  let client: KubeClient;
  let watch: ResourceWatch<KubeObject> | undefined;
  let told: string[];

  beforeAll(async () => {
    server = await LocalServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    client = new KubeClient(server.connection);
    server.requests.length = 0;
    told = [];
  });
  afterEach(() => {
    watch?.close();
    client.close();
  });

  function start(script: Script): void {
    server.answer = script.answer;
    const name = ({ metadata }: KubeObject) => `${metadata.name}@${metadata.resourceVersion}`;
    watch = watchResource(client, PODS, {
      namespace: 'shop',
      fieldSelector: 'spec.nodeName=n',
      backoff: BACKOFF,
      listener: {
        added: (object) => told.push(`+${name(object)}`),
        changed: (object, before) => told.push(`${name(before)}>${name(object)}`),
        removed: (object) => told.push(`-${name(object)}`),
        synced: () => told.push('synced'),
        connected: () => told.push('connected'),
        failed: (error) => told.push((error as Error & { code: unknown }).code as string),
      },
    });
  }

  async function hears(...expected: readonly (string | number)[]): Promise<void> {
    await expect.poll(() => told).toEqual(expected);
  }

  it('lists, then follows', async () => {
    const events = [event('ADDED', pod('b', '3')), event('MODIFIED', pod('a', '4')), event('DELETED', pod('b', '5'))];
    start(new Script().list('2', pod('a', '1')).watch('stay', ...events));
    await hears('+a@1', 'synced', 'connected', '+b@3', 'a@1>a@4', '-b@5');
    await watch!.synced;
    expect(watch!.get('a', 'shop')).toEqual(pod('a', '4'));
    expect([...watch!.objects()]).toEqual([pod('a', '4')]);
    expect(watch!.isConnected).toBe(true);
    const [list, follow] = server.requests;
    expect(list).toMatchObject({
      path: '/api/v1/namespaces/shop/pods',
      query: { resourceVersion: '0', fieldSelector: 'spec.nodeName=n' },
    });
    expect(follow!.query).toMatchObject({
      watch: 'true',
      resourceVersion: '2',
      allowWatchBookmarks: 'true',
      fieldSelector: 'spec.nodeName=n',
    });
  });

  it('reads events wherever they are cut', async () => {
    const text = event('ADDED', pod('größe', '3'));
    const bytes = Buffer.from(text);
    const script = new Script().list('2');
    start(script);
    await hears('synced', 'connected');
    watch!.close();
    told = [];
    let isFirst = true;
    start(script);
    server.answer = (_request, response) => {
      if (isFirst) {
        isFirst = false;
        return sendJson(response, { metadata: { resourceVersion: '2' }, items: [] });
      }
      response.writeHead(200).flushHeaders();
      let at = 0;
      const next = () => {
        if (at < bytes.length) response.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    };
    await hears('synced', 'connected', '+größe@3');
  });

  it('goes on where a watch has ended, by its bookmarks too', async () => {
    start(
      new Script()
        .list('2')
        .watch('end', event('ADDED', pod('a', '3')), event('BOOKMARK', { metadata: { resourceVersion: '9' } }))
        .watch('stay', event('MODIFIED', pod('a', '10'))),
    );
    await hears('synced', 'connected', '+a@3', 'a@3>a@10');
    expect(server.requests.map(({ query }) => query.resourceVersion)).toEqual(['0', '2', '9']);
  });

  it('goes on after a broken connection, and says so', async () => {
    start(
      new Script()
        .list('2')
        .watch('break', event('ADDED', pod('a', '3')))
        .watch('stay', event('MODIFIED', pod('a', '4'))),
    );
    await hears('synced', 'connected', '+a@3', 'UNREACHABLE', 'connected', 'a@3>a@4');
  });

  it.each([
    ['in the answer', (script: Script) => script.refuse(410, 'Gone')],
    ['in an event', (script: Script) => script.watch('end', event('ERROR', { code: 410, reason: 'Expired' }))],
  ])('lists again where the server has forgotten (%s), and tells the difference', async (_where, gone) => {
    const script = new Script().list('2', pod('a', '1'), pod('b', '1'), pod('c', '1'), pod('d', '1'));
    const reborn = pod('d', '18', { uid: 'another' });
    gone(script).list('20', pod('a', '1'), pod('b', '15'), reborn, pod('e', '16')).watch('stay');
    start(script);
    await expect.poll(() => told.filter((text) => text === 'synced')).toHaveLength(2);
    expect(told.filter((text) => text !== 'connected')).toEqual([
      ...['+a@1', '+b@1', '+c@1', '+d@1', 'synced'],
      ...['b@1>b@15', '-d@1', '+d@18', '+e@16', '-c@1', 'synced'],
    ]);
    await expect.poll(() => server.requests.length).toBe(4);
    // The newest, not what a cache may have that has just proven too old.
    expect(server.requests[2]!.query.resourceVersion).toBeUndefined();
    expect(server.requests[3]!.query.resourceVersion).toBe('20');
  });

  it('lists the newest where the server cannot give a version', async () => {
    start(new Script().refuse(504, 'Timeout').list('2', pod('a', '1')).watch('stay'));
    await hears(504, '+a@1', 'synced', 'connected');
    expect(server.requests.map(({ query }) => query.resourceVersion)).toEqual(['0', undefined, '2']);
  });

  it('goes on asking while it is refused', async () => {
    start(new Script().refuse(403, 'Forbidden').refuse(500, 'InternalError').list('2').watch('stay'));
    await hears(403, 500, 'synced', 'connected');
  });

  it('does not hurry where watches end at once', async () => {
    start(new Script().list('2').watch('end').watch('stay'));
    await hears('synced', 'connected', 'BAD_ANSWER', 'connected');
  });

  it('takes garbage for a failure', async () => {
    start(
      new Script()
        .list('2')
        .watch('end', 'hello\n')
        .watch('stay', event('ADDED', pod('a', '3'))),
    );
    await hears('synced', 'connected', 'BAD_ANSWER', 'connected', '+a@3');
  });

  it('keeps what is asked for of each object', async () => {
    server.answer = new Script().list('2', pod('a', '1', { labels: { x: 'y' }, managedFields: [1] })).answer;
    watch = watchResource(client, PODS, { backoff: BACKOFF });
    await watch.synced;
    expect(watch.get('a', 'shop')).toEqual(pod('a', '1', { labels: { x: 'y' } }));
    watch.close();
    server.answer = new Script().list('2', pod('a', '1', { labels: { x: 'y' } })).answer;
    const { metadata } = pod('a', '1');
    watch = watchResource(client, PODS, { backoff: BACKOFF, select: () => ({ metadata }) });
    await watch.synced;
    expect(watch.get('a', 'shop')).toEqual({ metadata });
  });

  it('is silent once it is closed', async () => {
    start(new Script().list('2').watch('stay'));
    await hears('synced', 'connected');
    watch!.close();
    server.drop();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told).toEqual(['synced', 'connected']);
    expect(server.requests).toHaveLength(2);
  });
});
