import type { TraceObject } from '@waggle/kube';
import { FrameDecoder } from '@waggle/trace/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SampleNode } from '../../../trace/src/stream/sample-node.test-kit.ts';
import type { LogQuery } from '../api/log-query.ts';
import type { AgentRequest } from './agent-dialer.ts';
import { AgentError } from './agent-error.ts';
import type { Agent } from './agents.ts';
import { TraceStream } from './trace-stream.ts';

type Answer = (request: AgentRequest) => AsyncIterable<Uint8Array> | Promise<never>;

/** A cluster as a stream sees it: agents that come and go, and what each answers when it is called. */
class Cluster {
  readonly calls: { readonly address: string; readonly path: string; readonly signal: AbortSignal }[] = [];
  isSynced = true;
  readonly #agents = new Map<string, Agent>();
  readonly #answers = new Map<string, Answer[]>();
  readonly #onAgent = new Set<(node: string) => void>();
  readonly #onTrace = new Set<(trace: TraceObject | undefined) => void>();

  /** What the agent at an address answers, one call after the other; the last answer goes on. */
  agent(node: string, address: string | undefined, ...answers: Answer[]): this {
    this.#agents.set(node, { node, pod: `agent-of-${node}`, uid: '1', ...(address !== undefined && { address }) });
    if (address !== undefined) this.#answers.set(address, answers);
    for (const listener of this.#onAgent) listener(node);
    return this;
  }

  lose(node: string): void {
    this.#agents.delete(node);
    for (const listener of this.#onAgent) listener(node);
  }

  changeTrace(trace: TraceObject | undefined): void {
    for (const listener of this.#onTrace) listener(trace);
  }

  open(trace: TraceObject, query: Partial<LogQuery> = {}): TraceStream {
    return new TraceStream({
      place: { namespace: 'shop', name: 't' },
      trace,
      query: { follow: true, resume: '', ...query },
      agents: {
        isSynced: this.isSynced,
        of: (node) => this.#agents.get(node),
        nodes: () => this.#agents.keys(),
        onChange: (listener) => listen(this.#onAgent, listener),
      },
      traces: { onChange: (_, __, listener) => listen(this.#onTrace, listener) },
      dialer: {
        open: async (request) => {
          this.calls.push(request);
          const answers = this.#answers.get(request.address) ?? [];
          const answer = answers.length > 1 ? answers.shift()! : answers[0];
          if (answer === undefined) throw new AgentError('UNREACHABLE', `cannot reach ${request.address}`);
          return answer(request);
        },
      },
    });
  }
}

function listen<T>(set: Set<T>, listener: T): { close(): void } {
  set.add(listener);
  return { close: () => set.delete(listener) };
}

const TRACE: TraceObject = {
  metadata: { name: 't', namespace: 'shop', uid: 'u' },
  spec: { program: { script: 'BEGIN {}' } },
};
const targeting = (...nodes: string[]): TraceObject => ({ ...TRACE, spec: { ...TRACE.spec, target: { nodes } } });

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** Bytes, and then nothing until the reader goes. */
async function* andWait(bytes: Uint8Array, { signal }: AgentRequest): AsyncGenerator<Uint8Array> {
  yield bytes;
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

const whole = (node: string): Answer => {
  const { bytes } = new SampleNode(node).attach().events({ ms: 1, n: 1 }, { ms: 2, n: 2 }).end();
  return () => of(bytes);
};

interface Told {
  /** Node: the states it was said to be in, each with its message. */
  readonly states: Map<string, string[]>;
  /** Node: ordinals of the records that came. */
  readonly records: Map<string, bigint[]>;
  end: string | undefined;
}

/** Reads a stream to its end, or until what was told is enough. */
async function read(stream: TraceStream, enough: (told: Told) => boolean = () => false): Promise<Told> {
  const told: Told = { states: new Map(), records: new Map(), end: undefined };
  const names = new Map<number, string>();
  const decoder = new FrameDecoder();
  const put = <T>(map: Map<string, T[]>, index: number, value: T): void => {
    const name = names.get(index)!;
    map.set(name, [...(map.get(name) ?? []), value]);
  };
  for await (const chunk of stream.chunks()) {
    for (const { frame } of decoder.push(chunk)) {
      const { kind } = frame;
      if (kind.case === 'source') {
        names.set(kind.value.index, kind.value.name);
        const { state, message } = kind.value;
        put(told.states, kind.value.index, message === '' ? state : `${state}: ${message}`);
      } else if (kind.case === 'records') put(told.records, kind.value.source, kind.value.first);
      else if (kind.case === 'end') told.end = kind.value.reason;
    }
    if (enough(told)) break;
  }
  return told;
}

let cluster: Cluster;
const opened: TraceStream[] = [];
beforeEach(() => {
  cluster = new Cluster();
});
afterEach(() => {
  for (const stream of opened.splice(0)) stream.close();
});
function open(...given: Parameters<Cluster['open']>): TraceStream {
  const stream = cluster.open(...given);
  opened.push(stream);
  return stream;
}

describe('a stream', () => {
  it('has all nodes, and ends with the last of them', async () => {
    cluster.agent('a', '10.0.0.1', whole('a')).agent('b', '10.0.0.2', whole('b'));
    const told = await read(open(TRACE));
    expect([...told.records.keys()].sort()).toEqual(['a', 'b']);
    expect([told.states.get('a')!.at(-1), told.states.get('b')!.at(-1), told.end]).toEqual([
      'ended',
      'ended',
      'stopped',
    ]);
    expect(cluster.calls.map(({ path }) => path)).toEqual(
      Array(2).fill('/v1/namespaces/shop/traces/t/log?follow=true'),
    );
  });

  it.each<[string, string[], string[]]>([
    ['only the nodes that a trace names', ['b'], ['10.0.0.2']],
    ['not the nodes that a trace excludes', ['!b'], ['10.0.0.1']],
  ])('asks %s', async (_, nodes, addresses) => {
    cluster.agent('a', '10.0.0.1', whole('a')).agent('b', '10.0.0.2', whole('b'));
    await read(open(targeting(...nodes)));
    expect(cluster.calls.map(({ address }) => address)).toEqual(addresses);
  });

  it('goes on where a connection broke', async () => {
    const node = new SampleNode('a').attach().events({ ms: 1, n: 1 }, { ms: 2, n: 2 });
    const first = node.bytes;
    cluster.agent('a', '10.0.0.1', () => of(first), whole('a'));
    const told = await read(open(TRACE));
    expect(cluster.calls.map(({ path }) => new URL(path, 'https://a').searchParams.get('from'))).toEqual([null, '2']);
    expect(new URL(cluster.calls[1]!.path, 'https://a').searchParams.get('run')).toBe('run of a');
    expect(told.states.get('a')).toContain('waiting: the agent (pod agent-of-a) closed the stream');
    expect(told.end).toBe('stopped');
  });

  it('begins where its reader was', async () => {
    cluster.agent('a', '10.0.0.1', whole('a'));
    const stream = open(TRACE, { resume: 'a:some-run:7' });
    await read(stream);
    const query = new URL(cluster.calls[0]!.path, 'https://a').searchParams;
    expect([query.get('run'), query.get('from')]).toEqual(['some-run', '7']);
  });

  it('takes in agents that come later', async () => {
    const running = new SampleNode('a').attach().events({ ms: 1, n: 1 }).bytes;
    cluster.agent('a', '10.0.0.1', (request) => andWait(running, request));
    const stream = open(TRACE);
    setTimeout(() => cluster.agent('late', '10.0.0.9', whole('late')), 20);
    const told = await read(stream, ({ states }) => states.get('late')?.at(-1) === 'ended');
    expect([...told.records.keys()].sort()).toEqual(['a', 'late']);
  });

  it('says which nodes do not answer, and why', async () => {
    cluster.agent('a', '10.0.0.1').agent('b', undefined);
    const told = await read(open(targeting('a', 'b', 'c')), ({ states }) =>
      ['a', 'b', 'c'].every((node) => states.get(node)?.at(-1)?.includes(': ')),
    );
    expect(Object.fromEntries([...told.states].map(([node, states]) => [node, states.at(-1)]))).toEqual({
      a: 'waiting: cannot reach 10.0.0.1',
      b: 'waiting: the agent (pod agent-of-b) has no address yet',
      c: 'waiting: no agent runs on this node',
    });
  });

  it('calls an agent’s successor at once', async () => {
    cluster.agent('a', '10.0.0.1');
    const stream = open(TRACE);
    setTimeout(() => cluster.agent('a', '10.0.0.2', whole('a')), 20);
    const told = await read(stream);
    expect(cluster.calls.at(-1)!.address).toBe('10.0.0.2');
    expect(told.end).toBe('stopped');
  });

  it('does not wait for nodes that do not answer when the trace is deleted', async () => {
    cluster.agent('a', '10.0.0.1').agent('b', '10.0.0.2', whole('b'));
    const stream = open(TRACE);
    setTimeout(() => cluster.changeTrace(undefined), 20);
    const told = await read(stream);
    expect(told.states.get('a')!.at(-1)).toBe('failed: the trace was deleted: cannot reach 10.0.0.1');
    expect([told.states.get('b')!.at(-1), told.end]).toEqual(['ended', 'stopped']);
  });

  it('asks each node once where the trace is over already', async () => {
    cluster.agent('a', '10.0.0.1').agent('b', '10.0.0.2', whole('b'));
    const told = await read(open({ ...TRACE, status: { phase: 'Completed' } }));
    expect(cluster.calls).toHaveLength(2);
    expect(told.states.get('a')!.at(-1)).toBe('failed: the trace is over: cannot reach 10.0.0.1');
    expect(told.records.get('b')).toBeDefined();
  });

  it('waits for a first agent, but not of a trace that is over', async () => {
    const stream = open(TRACE);
    setTimeout(() => cluster.changeTrace({ ...TRACE, status: { phase: 'Failed' } }), 20);
    expect(await read(stream)).toMatchObject({ end: 'stopped' });
  });

  it('does not wait for what is to come, unless it follows', async () => {
    const running = new SampleNode('a').attach().events({ ms: 1, n: 1 }).bytes;
    cluster.agent('a', '10.0.0.1', () => of(running)).agent('b', '10.0.0.2');
    const told = await read(open(TRACE, { follow: false }));
    expect(cluster.calls.map(({ path }) => path)).toEqual(
      Array(2).fill('/v1/namespaces/shop/traces/t/log?follow=false'),
    );
    expect(told.states.get('a')!.at(-1)).toBe('failed: was still running');
    expect(told.states.get('b')!.at(-1)).toBe('failed: cannot reach 10.0.0.2');
    expect(told.records.get('a')).toEqual([0n]);
  });

  it('lets go of all nodes when its reader goes', async () => {
    const running = new SampleNode('a').attach().bytes;
    cluster.agent('a', '10.0.0.1', (request) => andWait(running, request)).agent('b', '10.0.0.2');
    const stream = open(TRACE);
    await read(stream, ({ states }) => states.get('a')?.at(-1) === 'streaming');
    stream.close();
    expect(cluster.calls.every(({ signal }) => signal.aborted)).toBe(true);
    const { length } = cluster.calls;
    cluster.agent('b', '10.0.0.3', whole('b'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(cluster.calls).toHaveLength(length);
  });
});
