import { createHash } from 'node:crypto';
import {
  isKubeError,
  type KubeClient,
  type NodeStatus,
  type ResourceType,
  type TraceObject,
  WAGGLE_API_VERSION,
} from '@waggle/kube';
import type { Log } from '../log.ts';
import { isNews, rfc3339 } from './node-entry.ts';
import { isOutdated, summarizeTrace } from './trace-phase.ts';

export interface StatusWriterParts {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly node: string;
  readonly log: Log;
}

/** Numbers are written so much later at the least; of a trace that has run for long, after a tenth of that time. */
const MIN_INTERVAL_MS = 5_000;
const MAX_INTERVAL_MS = 60_000;
/** After a failure. */
const RETRY_MS = 2_000;
/** How long an agent waits, at random within, before it corrects what others have left behind. */
const CORRECTION_MS = 1_000;
/** Of a name of a field manager. */
const MAX_MANAGER = 128;
/** Of all agents together, for what they say of all nodes together. */
const SUMMARY_MANAGER = 'waggle-agents';

/**
 * Writes what this node says of one trace into the trace's status.
 *
 * Each node owns its own entry: server-side apply with a manager of its own, so that no agent can lose another's words. Phase and conditions are
 * nobody's own: they are a function of the entries, and whoever sees that they do not fit the entries writes them, on the condition that the object is still
 * the one that was looked at. This converges whatever the order of the agents: every write makes the server tell all of them of the object as it is then, and as long
 * as the summary does not fit, each of those that were told has a write to make; a write that was computed from an older object is refused by the server. It needs
 * no leader, and no agent's death stands in its way. An agent whose own entry has changed summarises at once; the others wait for a random
 * part of a second, after which there is mostly nothing left to correct.
 */
export class StatusWriter {
  readonly #parts: StatusWriterParts;
  readonly #startMs = performance.now();
  /** The newest version of the object that is known. */
  #object: TraceObject;
  /** What the server has, as far as is known. */
  #written: NodeStatus | undefined;
  #wanted: NodeStatus | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;
  #correction: NodeJS.Timeout | undefined;

  constructor(object: TraceObject, parts: StatusWriterParts) {
    this.#object = object;
    this.#parts = parts;
    this.#written = this.#ownEntry(object);
  }

  /** The object has changed: perhaps what it says of all nodes does not fit any more. */
  observe(object: TraceObject): void {
    this.#object = object;
    if (!this.#isOutdated(object) || this.#correction !== undefined) return;
    this.#correction = setTimeout(() => {
      this.#correction = undefined;
      void this.#summarize(this.#object);
    }, Math.random() * CORRECTION_MS).unref();
  }

  /** What this node has to say now. Written at once where it is news; numbers wait for their turn. */
  set(entry: NodeStatus): void {
    this.#wanted = entry;
    const isDue = performance.now() - this.#writtenAtMs >= this.#intervalMs();
    const differs = JSON.stringify(entry) !== JSON.stringify(this.#written);
    if (isNews(this.#written, entry) || (differs && isDue)) void this.#write();
  }

  /** Writes what is still to be said; what the server does not take any more is not said again. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#wanted !== undefined && isNews(this.#written, this.#wanted)) await this.#write();
    this.abandon();
  }

  /** The object is gone. */
  abandon(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#correction);
  }

  #intervalMs(): number {
    const ageMs = performance.now() - this.#startMs;
    return Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, ageMs / 10));
  }

  #write(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    clearTimeout(this.#retry);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** News may come while others are being written. */
  async #writeAll(): Promise<void> {
    try {
      do await this.#writeEntry(this.#wanted!);
      while (isNews(this.#written, this.#wanted!));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #writeEntry(entry: NodeStatus): Promise<void> {
    const { node } = this.#parts;
    const object = await this.#apply({ nodes: [entry] }, managerOf(node));
    this.#written = entry;
    this.#writtenAtMs = performance.now();
    await this.#summarize(object);
  }

  async #summarize(object: TraceObject): Promise<void> {
    if (this.#isClosed || !this.#isOutdated(object)) return;
    const { resourceVersion } = object.metadata;
    try {
      await this.#apply(this.#summaryOf(object), SUMMARY_MANAGER, resourceVersion);
    } catch (error) {
      // Of a newer object, the watch is about to tell.
      if (!isKubeError(error, 'Conflict', 'NotFound')) this.#failed(error);
    }
  }

  #apply(status: object, fieldManager: string, resourceVersion?: string): Promise<TraceObject> {
    const { client, type } = this.#parts;
    const { name, namespace, uid } = this.#object.metadata;
    const body = {
      apiVersion: WAGGLE_API_VERSION,
      kind: type.kind,
      metadata: { name, namespace, uid, ...(resourceVersion !== undefined && { resourceVersion }) },
      status,
    } as TraceObject;
    return client.apply(type, body, { fieldManager, force: true, subresource: 'status' });
  }

  #failed(error: unknown): void {
    const { log, type, node } = this.#parts;
    const { name, namespace } = this.#object.metadata;
    if (this.#isClosed || isKubeError(error, 'NotFound', 'Conflict')) return;
    log.warn('cannot write status', { kind: type.kind, namespace, name, node, error });
    this.#retry = setTimeout(() => void this.#write(), RETRY_MS * (1 + Math.random())).unref();
  }

  #isOutdated(object: TraceObject): boolean {
    return isOutdated(object.status ?? {}, this.#summaryOf(object));
  }

  #summaryOf({ status = {} }: TraceObject) {
    return summarizeTrace(status, rfc3339(Date.now()));
  }

  #ownEntry({ status }: TraceObject): NodeStatus | undefined {
    return status?.nodes?.find(({ name }) => name === this.#parts.node);
  }
}

function managerOf(node: string): string {
  const whole = `waggle-agent-${node}`;
  if (whole.length <= MAX_MANAGER) return whole;
  const digest = createHash('sha256').update(node).digest('hex').slice(0, 16);
  return `${whole.slice(0, MAX_MANAGER - digest.length - 1)}-${digest}`;
}
