import { setTimeout as sleep } from 'node:timers/promises';
import {
  KubeClient,
  type NodeState,
  type NodeStatus,
  type ResourceWatch,
  TRACES,
  type TraceObject,
  type TraceStatus,
  watchResource,
} from '@waggle/kube';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Log } from '../log.ts';
import { SmallApiServer } from '../testing/small-api-server.ts';
import { StatusWriter } from './status-writer.ts';
import { isOutdated, summarizeTrace } from './trace-phase.ts';

const WAIT = { timeout: 15_000, interval: 20 };

describe('StatusWriter', () => {
  let api: SmallApiServer;
  let client: KubeClient;
  let closing: (() => void)[];

  beforeEach(async () => {
    api = await SmallApiServer.start();
    client = new KubeClient(api.local.connection);
    api.put('traces', { metadata: { name: 't', namespace: 'shop' }, spec: {} });
    closing = [];
  });
  afterEach(async () => {
    for (const close of closing) close();
    client.close();
    await api[Symbol.asyncDispose]();
  });

  function statusNow(): TraceStatus {
    return (api.get('traces', 't')!.status ?? {}) as TraceStatus;
  }

  /** The writer of a node, which hears of changes as an agent does. */
  async function writerOf(node: string): Promise<StatusWriter> {
    const log = new Log('error', () => {});
    const writer = new StatusWriter(api.get('traces', 't') as unknown as TraceObject, {
      client,
      type: TRACES,
      node,
      log,
    });
    const watch: ResourceWatch<TraceObject> = watchResource<TraceObject>(client, TRACES, {
      listener: { changed: (object) => writer.observe(object) },
      backoff: { firstMs: 10, maxMs: 50 },
    });
    closing.push(() => {
      watch.close();
      writer.abandon();
    });
    await watch.synced;
    return writer;
  }

  function entry(name: string, state: NodeState, more: Partial<NodeStatus> = {}): NodeStatus {
    return { name, state, message: state, ...more };
  }

  function writes(): number {
    return api.local.requests.filter(({ method }) => method === 'PATCH').length;
  }

  it('says what its node says, and what that means for all', async () => {
    const writer = await writerOf('a');
    writer.set(entry('a', 'Running', { seen: 1 }));
    await expect.poll(() => statusNow().phase, WAIT).toBe('Running');
    expect(statusNow().nodes).toEqual([entry('a', 'Running', { seen: 1 })]);
    const [own, summary] = api.local.requests.filter(({ method }) => method === 'PATCH');
    expect(own!.query).toEqual({ fieldManager: 'waggle-agent-a', force: 'true' });
    expect(summary!.query).toEqual({ fieldManager: 'waggle-agents', force: 'true' });
    expect(summary!.body).toMatchObject({ metadata: { resourceVersion: expect.any(String) } });
  });

  it('writes news at once, numbers seldom, and nothing twice', async () => {
    const writer = await writerOf('a');
    writer.set(entry('a', 'Running', { seen: 1 }));
    await expect.poll(() => statusNow().phase, WAIT).toBe('Running');
    const before = writes();
    for (let seen = 1; seen < 50; seen++) writer.set(entry('a', 'Running', { seen }));
    await sleep(100);
    expect(writes()).toBe(before);
    writer.set(entry('a', 'Completed', { seen: 50 }));
    await expect.poll(() => statusNow().nodes, WAIT).toEqual([entry('a', 'Completed', { seen: 50 })]);
  });

  it('tries again where the server does not take it', async () => {
    const writer = await writerOf('a');
    api.refusing = 500;
    writer.set(entry('a', 'Running'));
    await expect.poll(writes, WAIT).toBeGreaterThan(0);
    api.refusing = undefined;
    await expect.poll(() => statusNow().phase, WAIT).toBe('Running');
  });

  it('has said everything once it is closed', async () => {
    const writer = await writerOf('a');
    writer.set(entry('a', 'Running'));
    writer.set(entry('a', 'Failed'));
    await writer.close();
    expect(statusNow().nodes).toEqual([entry('a', 'Failed')]);
  });

  it('has a manager of a name that the server takes, however long that of the node', async () => {
    const node = `${'n'.repeat(252)}1`;
    const writer = await writerOf(node);
    writer.set(entry(node, 'Running'));
    await expect.poll(() => statusNow().phase, WAIT).toBe('Running');
    const manager = api.local.requests.find(({ method }) => method === 'PATCH')!.query.fieldManager!;
    expect(manager).toMatch(/^waggle-agent-n+-[0-9a-f]{16}$/);
    expect(manager.length).toBe(128);
  });

  it('agrees with many others, whatever their order', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const writers = await Promise.all(names.map((name) => writerOf(name)));
    const states: NodeState[] = ['Starting', 'Running', 'Completed'];
    for (const state of states) {
      for (const [index, writer] of writers.entries()) {
        writer.set(entry(names[index]!, index === 4 && state === 'Running' ? 'Refused' : state));
        if (index % 2 === 0) await sleep(5);
      }
    }
    await expect.poll(() => statusNow().nodes?.length, WAIT).toBe(5);
    await expect.poll(() => statusNow().phase, WAIT).toBe('Completed');
    await expect.poll(() => isOutdated(statusNow(), summarizeTrace(statusNow(), '')), WAIT).toBe(false);
    // Once all corrections have had their turn, nobody has anything to add.
    await sleep(1200);
    const before = writes();
    await sleep(1200);
    expect(writes()).toBe(before);
  });

  it('mends what somebody else has left behind', async () => {
    const [a] = await Promise.all([writerOf('a'), writerOf('b')]);
    a!.set(entry('a', 'Running'));
    await expect.poll(() => statusNow().phase, WAIT).toBe('Running');
    const status = { ...statusNow(), phase: 'Failed', nodes: [entry('a', 'Running'), entry('gone', 'Completed')] };
    api.put('traces', { ...api.get('traces', 't')!, status } as never);
    await expect.poll(() => statusNow().phase, WAIT).toBe('Running');
  });
});
