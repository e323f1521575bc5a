import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KubeClient, TraceKind, TraceObject } from '@waggle/kube';
import type { Log } from '../log.ts';
import { StatusWriter } from '../status/status-writer.ts';
import type { NodeContext } from './node-context.ts';
import type { RunUsage } from './run-limits.ts';
import { TraceCollector, typeOf } from './trace-collector.ts';
import { TrackedTrace } from './tracked-trace.ts';
import { trimLogs } from './trim-logs.ts';

export interface ControllerParts {
  readonly context: NodeContext;
  readonly client: KubeClient;
  readonly log: Log;
}

interface Tracked {
  readonly trace: TrackedTrace;
  readonly status: StatusWriter;
}

/** How often numbers, heartbeats and ages are looked at. */
const TICK_MS = 1_000;
/** Without the API server nobody can stop a trace: those of interactive users end after so long. */
const MAX_DEAF_MS = 600_000;
/**
 * All traces of the cluster as far as this node is concerned: makes what runs agree with the objects, and says so in their status.
 */
export class TraceController {
  readonly #parts: ControllerParts;
  readonly #byUid = new Map<string, Tracked>();
  readonly #waiters = new Set<() => void>();
  readonly #collector: TraceCollector;
  readonly #timer: NodeJS.Timeout;
  #starts: Promise<void> = Promise.resolve();
  #deafSinceMs: number | undefined;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#collector = new TraceCollector(parts);
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** An object that is new, or has changed. */
  put(kind: TraceKind, object: TraceObject): void {
    const uid = object.metadata.uid ?? '';
    const known = this.#byUid.get(uid);
    if (object.metadata.deletionTimestamp !== undefined) this.remove(object);
    else if (known === undefined) this.#track(uid, kind, object);
    else {
      known.trace.update(object);
      known.status.observe(object);
    }
  }

  /** An object that is gone. */
  remove({ metadata: { uid = '' } }: TraceObject): void {
    const known = this.#byUid.get(uid);
    if (known === undefined) return;
    this.#byUid.delete(uid);
    known.status.abandon();
    void known.trace.remove();
  }

  /** Changes of objects are not heard of, until `hear`. */
  deafen(): void {
    this.#deafSinceMs ??= performance.now();
  }

  hear(): void {
    this.#deafSinceMs = undefined;
    for (const { trace } of this.#byUid.values()) trace.resumeHeartbeat(performance.now());
  }

  find(kind: TraceKind, namespace: string, name: string): TrackedTrace | undefined {
    for (const { trace } of this.#byUid.values()) {
      const { metadata } = trace.object;
      if (trace.kind === kind && metadata.name === name && (metadata.namespace ?? '') === namespace) return trace;
    }
    return undefined;
  }

  /** The same, once there is one; undefined where there is none in time. */
  async await(kind: TraceKind, namespace: string, name: string, timeoutMs: number): Promise<TrackedTrace | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = this.find(kind, namespace, name);
      const leftMs = deadline - performance.now();
      if (found !== undefined || leftMs <= 0) return found;
      await this.#nextArrival(leftMs);
    }
  }

  /** Detaches everything. What runs is cut off, and goes on under another agent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(
      [...this.#byUid.values()].map(async ({ trace, status }) => {
        await trace.shutDown();
        await status.close();
      }),
    );
  }

  #track(uid: string, kind: TraceKind, object: TraceObject): void {
    const { client, context, log } = this.#parts;
    const type = typeOf(kind);
    const status = new StatusWriter(object, { client, type, node: context.node, log });
    let tracked: Tracked | undefined;
    const trace = new TrackedTrace(object, {
      context,
      kind,
      usage: () => this.#usage(),
      enqueue: (start) => this.#enqueue(start),
      // A trace may be refused before it is on the list.
      onChange: (changed) => this.#report(tracked ?? { trace: changed, status }),
    });
    tracked = { trace, status };
    this.#byUid.set(uid, tracked);
    status.observe(object);
    for (const wake of this.#waiters) wake();
  }

  #report({ trace, status }: Tracked): void {
    const { entry, object, run } = trace;
    if (entry === undefined) return;
    status.set(entry);
    if (run === undefined || run.state.state === 'Starting') return;
    const { namespace, name } = object.metadata;
    const { state, message, probes, startMs } = run.state;
    this.#parts.log.info(`trace ${state.toLowerCase()}`, {
      kind: trace.kind,
      namespace,
      name,
      run: run.id,
      probes,
      ...(startMs !== undefined && { startMs: Math.round(startMs * 10) / 10 }),
      ...(message !== '' && { reason: message }),
    });
  }

  #usage(): RunUsage {
    const rings = [...this.#byUid.values()].map(({ trace }) => trace.ringBytes).filter((bytes) => bytes > 0);
    return { traces: rings.length, ringBytes: rings.reduce((sum, bytes) => sum + bytes, 0) };
  }

  /** One at a time, with turns for others in between: compiling and loading take the event loop for milliseconds. */
  #enqueue(start: () => Promise<void>): void {
    this.#starts = this.#starts.then(start).then(() => nextTurn());
  }

  #tick(): void {
    const nowMs = performance.now();
    const isDeaf = this.#deafSinceMs !== undefined;
    const isLost = this.#deafSinceMs !== undefined && nowMs - this.#deafSinceMs > MAX_DEAF_MS;
    for (const { trace, status } of this.#byUid.values()) {
      if (trace.run?.state.state === 'Running') status.set(trace.entry!);
      if (!isDeaf) this.#collector.look(trace, nowMs);
      else if (isLost && trace.isForsaken(nowMs)) void trace.abandon();
    }
    const runs = [...this.#byUid.values()].map(({ trace }) => trace.run).filter((run) => run !== undefined);
    trimLogs(runs, this.#parts.context.limits);
  }

  #nextArrival(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiters.add(wake);
    });
  }
}
