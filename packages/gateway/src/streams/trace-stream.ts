import { setMaxListeners } from 'node:events';
import { findGadget } from '@waggle/gadgets';
import { matchesNames, parseNameList, type TraceObject } from '@waggle/kube';
import { type StreamInfo, StreamMerger } from '@waggle/trace/stream';
import type { LogQuery } from '../api/log-query.ts';
import type { AgentDialer } from './agent-dialer.ts';
import type { Agents } from './agents.ts';
import { type FeedContext, NodeFeed } from './node-feed.ts';
import type { TracePlace, Traces } from './traces.ts';

/** Nodes that still send when a trace has been deleted have so long to come to their end. */
const LAST_WORDS_MS = 30_000;
/** Listeners of one signal: each node's feed has some. */
const UNLIMITED = 0;

export interface TraceStreamOptions {
  readonly place: TracePlace;
  readonly trace: TraceObject;
  readonly query: LogQuery;
  readonly agents: Pick<Agents, 'of' | 'nodes' | 'onChange' | 'isSynced'>;
  readonly traces: Pick<Traces, 'onChange'>;
  readonly dialer: Pick<AgentDialer, 'open'>;
}

/** The log of one trace for one reader: the streams of its nodes, merged. */
export class TraceStream implements Disposable {
  readonly #options: TraceStreamOptions;
  readonly #merger: StreamMerger;
  readonly #closing = new AbortController();
  readonly #feeds = new Map<string, NodeFeed>();
  readonly #watches: { close(): void }[] = [];
  readonly #context: FeedContext;
  #running = 0;
  #over: string | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: TraceStreamOptions) {
    const { trace, place, query, agents, traces, dialer } = options;
    this.#options = options;
    this.#merger = new StreamMerger({
      info: infoOf(trace, place),
      ...(query.resume !== '' && { resume: query.resume }),
    });
    setMaxListeners(UNLIMITED, this.#closing.signal);
    this.#context = {
      dialer,
      signal: this.#closing.signal,
      agentOf: (node) => agents.of(node),
      path: agentPath(place),
      follow: query.follow,
      over: () => this.#over,
    };
    this.#watches.push(
      agents.onChange((node) => this.#look(node)),
      traces.onChange(place, trace.metadata.uid, (now) => this.#changed(now)),
    );
    for (const node of new Set([...agents.nodes(), ...namedNodes(trace)])) this.#join(node);
    this.#changed(trace);
    this.#settle();
  }

  /** The merged stream, once. */
  chunks(): AsyncIterable<Uint8Array> {
    return this.#merger;
  }

  /** Lets go of all nodes at once. */
  close(): void {
    clearTimeout(this.#deadline);
    for (const watch of this.#watches) watch.close();
    this.#closing.abort(new Error('the reader has gone'));
    this.#merger.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A node's agent has come or changed. */
  #look(node: string): void {
    const feed = this.#feeds.get(node);
    if (feed !== undefined) feed.wake();
    else if (this.#over === undefined) this.#join(node);
  }

  #join(node: string): void {
    if (this.#closing.signal.aborted || !isWanted(this.#options.trace, node)) return;
    const feed = new NodeFeed(node, this.#merger.source(node), this.#context);
    this.#feeds.set(node, feed);
    this.#running++;
    void feed.run().finally(() => {
      this.#running--;
      this.#settle();
    });
  }

  #changed(trace: TraceObject | undefined): void {
    const { phase } = trace?.status ?? {};
    if (trace === undefined) this.#end('the trace was deleted');
    else if (phase === 'Completed' || phase === 'Failed') this.#end('the trace is over');
  }

  #end(why: string): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    for (const feed of this.#feeds.values()) feed.wake();
    this.#deadline = setTimeout(() => this.#closing.abort(new Error(why)), LAST_WORDS_MS).unref();
    this.#settle();
  }

  /** No node has anything more to say: whoever joined now would be too late. */
  #settle(): void {
    if (this.#running > 0) return;
    const { query, agents } = this.#options;
    if (this.#feeds.size > 0 || !query.follow || this.#over !== undefined) {
      if (agents.isSynced) this.#merger.close();
    }
  }
}

/** Nodes that a trace names one by one are waited for, also where no agent is there. */
function namedNodes({ spec }: TraceObject): readonly string[] {
  return parseNameList(spec.target?.nodes ?? []).include;
}

function isWanted({ spec }: TraceObject, node: string): boolean {
  return matchesNames(parseNameList(spec.target?.nodes ?? []), node);
}

function agentPath({ namespace, name }: TracePlace): string {
  const path = namespace === undefined ? `clustertraces/${name}` : `namespaces/${namespace}/traces/${name}`;
  return `/v1/${path}/log`;
}

function infoOf({ spec }: TraceObject, { namespace, name }: TracePlace): StreamInfo {
  const { gadget, script, name: program, parameters = [] } = spec.program;
  return {
    program: {
      name: gadget ?? program ?? name,
      script: script ?? findGadget(gadget ?? '')?.script ?? '',
      ...(gadget !== undefined && { gadget }),
      parameters,
    },
    trace: { name, ...(namespace !== undefined && { namespace }) },
  };
}
