import {
  CLUSTER_TRACES,
  isKubeError,
  type KubeClient,
  type ResourceType,
  TRACES,
  type TraceKind,
  type TraceObject,
} from '@waggle/kube';
import type { Log } from '../log.ts';
import type { TrackedTrace } from './tracked-trace.ts';

/** Every agent may delete what has expired: they do not all do it at once. */
const SPREAD_MS = 5_000;

/**
 * Deletes trace objects that have outlived their purpose: those that nobody asks for any more, and those that ended long enough ago. Any agent may do
 * it; that another one was faster is no failure.
 */
export class TraceCollector {
  readonly #client: KubeClient;
  readonly #log: Log;
  readonly #busy = new WeakSet<TrackedTrace>();

  constructor({ client, log }: { readonly client: KubeClient; readonly log: Log }) {
    this.#client = client;
    this.#log = log;
  }

  /** To be called now and then, while changes of objects are heard of. */
  look(trace: TrackedTrace, nowMs: number): void {
    if (this.#busy.has(trace)) return;
    if (trace.isForsaken(nowMs)) void this.#collect(trace, () => this.#collectForsaken(trace));
    else if (trace.isExpired(Date.now())) void this.#collect(trace, () => this.#collectExpired(trace));
  }

  async #collect(trace: TrackedTrace, act: () => Promise<void>): Promise<void> {
    this.#busy.add(trace);
    try {
      await act();
    } catch (error) {
      if (isKubeError(error, 'NotFound', 'Conflict')) return;
      this.#log.warn('cannot delete trace', { kind: trace.kind, ...placeOf(trace), error });
    } finally {
      this.#busy.delete(trace);
    }
  }

  /** A watch may be slow to tell: the server itself is asked before anything ends. */
  async #collectForsaken(trace: TrackedTrace): Promise<void> {
    const object = await this.#client.get<TraceObject>(typeOf(trace.kind), placeOf(trace));
    if (object.metadata.uid !== trace.object.metadata.uid) return;
    trace.update(object);
    if (!trace.isForsaken(performance.now())) return;
    this.#log.info('no heartbeat', { kind: trace.kind, ...placeOf(trace) });
    await trace.abandon();
    await this.#delete(trace, object.metadata.resourceVersion);
  }

  async #collectExpired(trace: TrackedTrace): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD_MS).unref());
    if (trace.isExpired(Date.now())) await this.#delete(trace, undefined);
  }

  /** @param resourceVersion only if it is still like this: a heartbeat in the last moment saves it */
  async #delete(trace: TrackedTrace, resourceVersion: string | undefined): Promise<void> {
    const { uid } = trace.object.metadata;
    const preconditions = {
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
    await this.#client.delete(typeOf(trace.kind), { ...placeOf(trace), preconditions });
  }
}

export function typeOf(kind: TraceKind): ResourceType {
  return kind === 'Trace' ? TRACES : CLUSTER_TRACES;
}

function placeOf({ object: { metadata } }: TrackedTrace): { name: string; namespace?: string | undefined } {
  return { name: metadata.name ?? '', namespace: metadata.namespace };
}
