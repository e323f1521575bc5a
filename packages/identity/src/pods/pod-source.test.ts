import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeClient } from '@waggle/kube';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalServer, type SeenRequest, sendJson, sendStatus } from '../../../kube/src/testing/local-server.ts';
import { CgroupTree } from '../cgroup-tree.ts';
import { Identities } from '../identities.ts';
import { PodSource } from './pod-source.ts';
import { workloadName } from './workload.ts';

/** Long enough for a machine that is busy with other things. */
function until(isSo: () => boolean): Promise<unknown> {
  return vi.waitUntil(isSo, { timeout: 4500, interval: 2 });
}

function uidOf(name: string): string {
  return `${Buffer.from(name).toString('hex').padEnd(8, '0').slice(0, 8)}-0000-4000-8000-000000000000`;
}

function pod(name: string, version: string, more: object = {}): object {
  return { metadata: { name, namespace: 'shop', uid: uidOf(name), resourceVersion: version, ...more } };
}

const madeByHand = { name: 'now', ownerReferences: [{ kind: 'CronJob', name: 'clock' }] };

function ofJob(name: string, uid = `uid-${name}`): object {
  return { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true }] };
}

describe('PodSource', () => {
  let folder: string;
  let server: LocalServer;
  let client: KubeClient;
  let identities: Identities;
  let source: PodSource | undefined;
  let failures: string[];
  /** The open watch of the source. */
  let watch: ServerResponse | undefined;
  let pods: object[];
  let jobs: Record<string, object | number>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-pods-'));
    server = await LocalServer.start();
    server.answer = answer;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    server.requests.length = 0;
    client = new KubeClient(server.connection);
    const places = {
      bundleRoots: [],
      runcRoots: [],
      dockerSocket: join(folder, 'none'),
      containersStorage: join(folder, 'none'),
    };
    identities = new Identities(new CgroupTree({ path: folder, root: '/' }), { places });
    identities.attachEvents({ isLasting: true, drain() {} });
    failures = [];
    pods = [];
    jobs = {};
  });
  afterEach(() => {
    source?.close();
    client.close();
  });

  function answer({ path, query }: SeenRequest, response: ServerResponse): void {
    const job = /^\/apis\/batch\/v1\/namespaces\/shop\/jobs\/(.+)$/.exec(path)?.[1];
    if (job !== undefined) {
      const known = jobs[job] ?? 404;
      if (typeof known === 'number') sendStatus(response, known, 'Refused');
      else sendJson(response, { metadata: known });
    } else if (query.watch === 'true') {
      watch = response;
      response.writeHead(200).flushHeaders();
    } else {
      sendJson(response, { metadata: { resourceVersion: '1' }, items: pods });
    }
  }

  async function open(): Promise<void> {
    watch = undefined;
    source = new PodSource({ client, node: 'node-a', identities, onFailure: ({ message }) => failures.push(message) });
    await source.synced;
    await until(() => watch !== undefined);
  }

  function send(type: string, object: object): void {
    watch!.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** Whose the pods are, by name. */
  function owners(): Record<string, string> {
    return Object.fromEntries([...identities.pods()].map((one) => [one.name, workloadName(one)]));
  }

  it('asks for the pods of its node alone', async () => {
    pods = [pod('cart', '1', { labels: { app: 'cart' } })];
    await open();
    expect(server.requests.map(({ path, query }) => [path, query.fieldSelector])).toEqual([
      ['/api/v1/pods', 'spec.nodeName=node-a'],
      ['/api/v1/pods', 'spec.nodeName=node-a'],
    ]);
    expect([...identities.pods()]).toEqual([
      { uid: uidOf('cart'), namespace: 'shop', name: 'cart', labels: { app: 'cart' } },
    ]);
    expect(failures).toEqual([]);
  });

  it('follows pods that come, change and go', async () => {
    await open();
    identities.cgroupMade(1n, `/kubepods/pod${uidOf('web')}`);
    send('ADDED', pod('web', '2', { labels: { app: 'web' } }));
    await until(() => identities.lookup(1n)?.pod?.labels.app === 'web');
    send('MODIFIED', pod('web', '3', { labels: { app: 'cart' } }));
    await until(() => identities.lookup(1n)?.pod?.labels.app === 'cart');
    send('DELETED', pod('web', '4', { labels: { app: 'cart' } }));
    await until(() => Object.keys(owners()).length === 0);
    expect(identities.lookup(1n)?.pod?.labels.app).toBe('cart');
  });

  it('asks a Job once whose it is, for its metadata alone', async () => {
    jobs = { tick: { name: 'tick', ownerReferences: [{ kind: 'CronJob', name: 'clock', controller: true }] } };
    pods = [pod('a', '1', ofJob('tick')), pod('b', '1', ofJob('tick'))];
    await open();
    await until(() => owners().a === 'cronjob/clock' && owners().b === 'cronjob/clock');
    send('MODIFIED', pod('a', '2', ofJob('tick')));
    send('ADDED', pod('c', '2', ofJob('tick')));
    await until(() => owners().c !== undefined);
    expect(owners()).toEqual({ a: 'cronjob/clock', b: 'cronjob/clock', c: 'cronjob/clock' });
    const asked = server.requests.filter(({ path }) => path.includes('/jobs/'));
    expect(asked).toHaveLength(1);
    expect(asked[0]!.headers.accept).toContain('PartialObjectMetadata');
  });

  it.each<[name: string, job: string, answer: object | number, first: string, then: string]>([
    ['one that was made by hand from a CronJob', 'now', madeByHand, 'job/now', 'cronjob/clock'],
    ['a Job on its own', 'import', { name: 'import' }, 'job/import', 'job/import'],
    [
      'one that looks like a CronJob',
      'run-1795501440',
      { name: 'run-1795501440' },
      'cronjob/run',
      'job/run-1795501440',
    ],
    ['one that is gone', 'run-1795501440', 404, 'cronjob/run', 'cronjob/run'],
    ['one that may not be asked', 'import', 403, 'job/import', 'job/import'],
  ])('guesses at once, and then knows: %s', async (_name, job, given, first, then) => {
    jobs = { [job]: given };
    const seen: string[] = [];
    identities.cgroupMade(1n, `/kubepods/pod${uidOf('a')}`);
    const tell = (): void => void seen.push(owners().a!);
    identities.subscribe({ added: tell, changed: tell, removed: tell });
    pods = [pod('a', '1', ofJob(job))];
    await open();
    await until(() => server.requests.some(({ path }) => path.includes('/jobs/')));
    await until(() => owners().a === then);
    expect(seen[0]).toBe(first);
  });

  it('tells of a server that is lost, and goes on when it is back', async () => {
    pods = [pod('cart', '1')];
    await open();
    watch = undefined;
    server.drop();
    await until(() => watch !== undefined);
    expect(failures).toHaveLength(1);
    send('ADDED', pod('web', '2'));
    await until(() => 'web' in owners());
    expect(owners()).toEqual({ cart: 'pod/cart', web: 'pod/web' });
  });
});
