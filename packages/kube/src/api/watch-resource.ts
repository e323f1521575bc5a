import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff, type BackoffLimits } from './backoff.ts';
import { jsonLines } from './json-lines.ts';
import type { KubeClient } from './kube-client.ts';
import { KubeConnectionError, KubeError, type KubeStatus } from './kube-error.ts';
import type { KubeObject } from './kube-object.ts';
import { type ResourceType, resourcePath } from './resource-type.ts';

export interface WatchOptions<T extends KubeObject, S extends KubeObject> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** What is kept of each object. Its name, namespace, uid and resource version must be. Absent: everything but `managedFields`. */
  readonly select?: (object: T) => S;
  readonly listener?: WatchListener<S>;
  readonly backoff?: BackoffLimits;
}

/** Told in the order of the server's events. What a listener throws ends the process: it is a defect. */
export interface WatchListener<S> {
  added?(object: S): void;
  changed?(object: S, before: S): void;
  removed?(object: S): void;
  /** A whole list has come in: the first one, and each one after a gap. */
  synced?(): void;
  /** The server was lost, or refuses; it is tried again after that time. */
  failed?(error: Error, retryInMs: number): void;
  /** The server sends changes, for the first time or again. */
  connected?(): void;
}

/** The objects of a kind, as the server has them. */
export interface ResourceWatch<S> {
  get(name: string, namespace?: string): S | undefined;
  objects(): Iterable<S>;
  /** False while the server does not send changes. */
  readonly isConnected: boolean;
  /** Once the first whole list is in. Never rejects; stays pending where the watch is closed before. */
  readonly synced: Promise<void>;
  close(): void;
}

/**
 * Keeps up with the objects of a kind: lists them, then watches from that version on. A connection that ends is taken up where it stopped; where
 * the server has forgotten what happened since (410 Gone), everything is listed again, and what is new, changed or gone meanwhile is told.
 */
export function watchResource<T extends KubeObject, S extends KubeObject = T>(
  client: KubeClient,
  type: ResourceType,
  options: WatchOptions<T, S> = {},
): ResourceWatch<S> {
  return new Watch(client, type, options);
}

const BACKOFF: BackoffLimits = { firstMs: 250, maxMs: 10_000 };
/** The server ends a watch after so long; a random part more, so that watches do not all end at once. */
const WATCH_SECONDS = 300;
/**
 * Bookmarks come about every minute, but where nothing ever changes some servers (Kubernetes 1.20) send none. A server that says nothing for so
 * long may be gone, whatever TCP believes: it is asked anew, which tells.
 */
const SILENCE_MS = 180_000;
/** A watch that ends sooner, without an event, was no success. */
const SHORT_WATCH_MS = 1_000;

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

class Watch<T extends KubeObject, S extends KubeObject> implements ResourceWatch<S> {
  readonly synced: Promise<void>;
  readonly #client: KubeClient;
  readonly #type: ResourceType;
  readonly #options: WatchOptions<T, S>;
  readonly #listener: WatchListener<S>;
  readonly #objects = new Map<string, S>();
  readonly #closing = new AbortController();
  readonly #backoff: Backoff;
  #resolveSynced!: () => void;
  /** Where to go on; undefined where everything has to be listed. */
  #version: string | undefined;
  /** What the next list must not be older than: 0 for whatever the server has at hand, undefined for the newest. */
  #listVersion: string | undefined = '0';
  #isConnected = false;

  constructor(client: KubeClient, type: ResourceType, options: WatchOptions<T, S>) {
    this.#client = client;
    this.#type = type;
    this.#options = options;
    this.#listener = options.listener ?? {};
    this.#backoff = new Backoff(options.backoff ?? BACKOFF);
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
    void this.#run();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  get(name: string, namespace?: string): S | undefined {
    return this.#objects.get(keyOf(name, namespace));
  }

  objects(): Iterable<S> {
    return this.#objects.values();
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const failure = await this.#round();
      if (signal.aborted) return;
      if (failure === undefined) continue;
      this.#isConnected = false;
      const pauseMs = this.#backoff.nextMs();
      this.#listener.failed?.(failure, pauseMs);
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** A list where one is needed, and one watch to its end; gives what went wrong. */
  async #round(): Promise<Error | undefined> {
    try {
      if (this.#version === undefined) await this.#list();
    } catch (error) {
      if (this.#closing.signal.aborted) return undefined;
      return this.#listFailed(asServerError(error));
    }
    const startMs = performance.now();
    let hadEvent = false;
    try {
      for await (const event of this.#watch()) {
        hadEvent = true;
        this.#take(event);
      }
    } catch (error) {
      if (this.#closing.signal.aborted) return undefined;
      return this.#watchFailed(asServerError(error));
    }
    if (hadEvent || performance.now() - startMs > SHORT_WATCH_MS) return undefined;
    return new KubeConnectionError('BAD_ANSWER', `the watch of ${this.#type.plural} ends at once`);
  }

  async #list(): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const { signal } = this.#closing;
    const resourceVersion = this.#listVersion;
    const selection = { namespace, labelSelector, fieldSelector, resourceVersion, signal };
    const { metadata, items } = await this.#client.list<T>(this.#type, selection);
    if (signal.aborted) return;
    this.#version = metadata.resourceVersion;
    this.#listVersion = metadata.resourceVersion;
    const gone = new Map(this.#objects);
    for (const item of items) {
      gone.delete(keyOfObject(item));
      this.#put(item);
    }
    for (const object of gone.values()) this.#remove(object);
    this.#listener.synced?.();
    this.#resolveSynced();
  }

  /** A server that was restored from a backup may never reach the version that it is asked for: then its newest will do. */
  #listFailed(error: Error): Error {
    if (error instanceof KubeError && [410, 504].includes(error.code)) this.#listVersion = undefined;
    return error;
  }

  #watchFailed(error: Error): Error | undefined {
    if (error === SILENT) return undefined;
    if (!isGone(error)) return error;
    this.#version = undefined;
    this.#listVersion = undefined;
    // No failure of the server's: the list follows at once.
    return undefined;
  }

  async *#watch(): AsyncGenerator<WatchEvent> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const timeoutSeconds = WATCH_SECONDS + Math.floor(Math.random() * WATCH_SECONDS);
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: this.#version,
      labelSelector,
      fieldSelector,
      timeoutSeconds,
    };
    const { signal } = this.#closing;
    using stream = await this.#client.stream(resourcePath(this.#type, { namespace }), { query, signal });
    if (!this.#isConnected) {
      this.#isConnected = true;
      this.#listener.connected?.();
    }
    const silence = setTimeout(() => stream.close(SILENT), SILENCE_MS).unref();
    try {
      for await (const event of jsonLines(stream.body)) {
        if (this.#closing.signal.aborted) return;
        silence.refresh();
        yield event as WatchEvent;
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw new KubeError(object as KubeStatus, (object as KubeStatus).code ?? 500);
    this.#backoff.reset();
    const item = object as T;
    if (type === 'DELETED') this.#remove(this.#select(item));
    else if (type !== 'BOOKMARK') this.#put(item);
    this.#version = item.metadata.resourceVersion ?? this.#version;
    this.#listVersion = this.#version;
  }

  #put(item: T): void {
    const key = keyOfObject(item);
    const before = this.#objects.get(key);
    if (before !== undefined && before.metadata.resourceVersion === item.metadata.resourceVersion) return;
    const object = this.#select(item);
    // The same name, but another object: the old one went while nobody looked.
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) this.#remove(before);
    const isKnown = this.#objects.has(key);
    this.#objects.set(key, object);
    if (isKnown && before !== undefined) this.#listener.changed?.(object, before);
    else this.#listener.added?.(object);
  }

  #remove(object: S): void {
    if (this.#objects.delete(keyOfObject(object))) this.#listener.removed?.(object);
  }

  #select(item: T): S {
    if (this.#options.select !== undefined) return this.#options.select(item);
    const { managedFields: _, ...metadata } = item.metadata;
    return { ...item, metadata } as unknown as S;
  }
}

function keyOfObject({ metadata: { name = '', namespace } }: KubeObject): string {
  return keyOf(name, namespace);
}

function keyOf(name: string, namespace = ''): string {
  return `${namespace}/${name}`;
}

function isGone(error: Error): boolean {
  return error instanceof KubeError && (error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

/** Why a watch is closed that nothing was heard of. */
const SILENT = new KubeConnectionError('TIMEOUT', 'the watch has fallen silent');

/** What a server may be to blame for. A listener's defect is not to be tried again for ever: it ends the process. */
function asServerError(error: unknown): Error {
  if (error instanceof KubeError || error instanceof KubeConnectionError) return error;
  if (error instanceof SyntaxError)
    return new KubeConnectionError('BAD_ANSWER', 'a watch sends what is not JSON', error);
  throw error;
}
