import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline } from './deadline.ts';
import { exchange, unreachable } from './http-exchange.ts';
import type { KubeConnection } from './kube-connection.ts';
import { KubeConnectionError, KubeError, type KubeStatus } from './kube-error.ts';
import type { KubeList, KubeObject } from './kube-object.ts';
import { KubeStream } from './kube-stream.ts';
import { type ResourcePlace, type ResourceType, resourcePath } from './resource-type.ts';

export interface KubeClientOptions {
  readonly userAgent?: string;
  /** For the whole of each request, streams excepted. Default 30 s. */
  readonly timeoutMs?: number;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason then. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions extends CallOptions {
  readonly query?: Query;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface GetOptions extends ResourcePlace, CallOptions {
  readonly resourceVersion?: string;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Objects that the server sends at a time. */
  readonly pageSize?: number;
  /** Not older than this; `0`: as the server's cache has it. Absent: the newest. */
  readonly resourceVersion?: string | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly subresource?: string | undefined;
  readonly fieldManager?: string;
  /** Everything is checked, nothing is stored. */
  readonly dryRun?: boolean;
}

export interface PatchOptions extends WriteOptions {
  readonly name: string;
  readonly patchType: keyof typeof PATCH_TYPES;
  /** Of `apply`: takes fields from other managers. */
  readonly force?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Refused with a conflict unless the object is this one. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  /** Server-side apply; JSON is YAML, too. */
  apply: 'application/apply-patch+yaml',
} as const;

const TIMEOUT_MS = 30_000;
const PAGE_SIZE = 500;
/** Times that a busy server (429) is asked once more, as long after as it wishes, or one that does not know us (401). */
const MAX_RETRIES = 5;

/**
 * A thin client of the Kubernetes API: JSON over HTTP/1.1, with connections that are kept.
 *
 * All calls throw KubeError where the server refuses, and KubeConnectionError where it is not to be reached.
 */
export class KubeClient implements Disposable {
  readonly connection: KubeConnection;
  readonly #agent: Agent;
  readonly #userAgent: string;
  readonly #timeoutMs: number;

  constructor(connection: KubeConnection, { userAgent = 'waggle', timeoutMs = TIMEOUT_MS }: KubeClientOptions = {}) {
    this.connection = connection;
    this.#userAgent = userAgent;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({ ...connection.tls, keepAlive: true, keepAliveMsecs: 15_000, scheduling: 'lifo' });
  }

  /** One object. */
  get<T>(type: ResourceType, { name, namespace, subresource, resourceVersion, ...call }: GetOptions): Promise<T> {
    return this.request('GET', resourcePath(type, { namespace, name, subresource }), {
      query: { resourceVersion },
      ...call,
    });
  }

  /** All objects that match, however many pages that takes. */
  async list<T>(type: ResourceType, options: ListOptions = {}): Promise<KubeList<T>> {
    const { namespace, labelSelector, fieldSelector, pageSize = PAGE_SIZE, resourceVersion, ...call } = options;
    const path = resourcePath(type, { namespace });
    const items: T[] = [];
    // A page after the first names its version by its token.
    let query: Query = { labelSelector, fieldSelector, limit: pageSize, resourceVersion };
    for (;;) {
      const page = await this.request<KubeList<T>>('GET', path, { query, ...call });
      for (const item of page.items ?? []) items.push(item);
      if (!page.metadata.continue) return { metadata: page.metadata, items };
      query = { labelSelector, fieldSelector, limit: pageSize, continue: page.metadata.continue };
    }
  }

  create<T>(type: ResourceType, object: KubeObject, options: WriteOptions = {}): Promise<T> {
    const { namespace = object.metadata.namespace, subresource, ...rest } = options;
    const { query, call } = writing(rest);
    const name = subresource === undefined ? undefined : object.metadata.name;
    return this.request('POST', resourcePath(type, { namespace, name, subresource }), { query, body: object, ...call });
  }

  /** Puts a whole object in place of one; with its `resourceVersion`, only if nobody has changed it meanwhile. */
  replace<T>(type: ResourceType, object: KubeObject, options: WriteOptions = {}): Promise<T> {
    const { namespace = object.metadata.namespace, subresource, ...rest } = options;
    const { query, call } = writing(rest);
    const place = { namespace, name: object.metadata.name, subresource };
    return this.request('PUT', resourcePath(type, place), { query, body: object, ...call });
  }

  patch<T>(type: ResourceType, patch: unknown, options: PatchOptions): Promise<T> {
    const { name, namespace, subresource, patchType, force, ...rest } = options;
    const { query, call } = writing(rest);
    return this.request('PATCH', resourcePath(type, { namespace, name, subresource }), {
      query: { ...query, force },
      body: patch,
      contentType: PATCH_TYPES[patchType],
      ...call,
    });
  }

  /** Server-side apply (KEP-555): the object holds exactly the fields that the manager has an opinion about. */
  apply<T>(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<T> {
    const { name, namespace } = object.metadata;
    if (name === undefined) throw new TypeError('cannot apply an object without a name');
    return this.patch(type, object, { name, namespace, patchType: 'apply', ...options });
  }

  async delete(type: ResourceType, options: DeleteOptions): Promise<void> {
    const { name, namespace, propagation, preconditions, gracePeriodSeconds, dryRun, ...call } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(propagation !== undefined && { propagationPolicy: propagation }),
      ...(preconditions !== undefined && { preconditions }),
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(dryRun === true && { dryRun: ['All'] }),
    };
    await this.request('DELETE', resourcePath(type, { namespace, name }), { body, ...call });
  }

  /** Any request that is answered with JSON. */
  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const deadline = new Deadline(options.signal, options.timeoutMs ?? this.#timeoutMs, `${method} ${path}`);
    try {
      const answer = await this.#send(method, path, options, deadline.signal);
      const text = await this.#readText(answer, deadline.signal);
      if (!isSuccess(answer)) throw errorOf(answer, text);
      return parseJson(text, method, path) as T;
    } finally {
      deadline.release();
    }
  }

  /** A long answer, read as it comes; time is limited until its head is there. */
  async stream(path: string, options: RequestOptions = {}): Promise<KubeStream> {
    const deadline = new Deadline(options.signal, options.timeoutMs ?? this.#timeoutMs, `GET ${path}`);
    try {
      const answer = await this.#send('GET', path, options, deadline.signal);
      if (!isSuccess(answer)) throw errorOf(answer, await this.#readText(answer, deadline.signal));
      deadline.lift();
      return new KubeStream(answer, deadline, (error) => unreachable(this.connection, error));
    } catch (error) {
      deadline.release();
      throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #send(method: string, path: string, options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
    const { query = {}, headers = {}, body, contentType = 'application/json', accept = 'application/json' } = options;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    const request = {
      method,
      path: search.size === 0 ? path : `${path}?${search}`,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    };
    const ownHeaders = {
      accept,
      'user-agent': this.#userAgent,
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...headers,
    };
    for (let retries = 0; ; retries++) {
      const whole = { ...request, headers: { ...ownHeaders, ...(await this.connection.headers()) } };
      const answer = await exchange(this.connection, this.#agent, whole);
      const pauseMs = retries < MAX_RETRIES ? this.#retryMs(answer) : undefined;
      if (pauseMs === undefined) return answer;
      answer.resume();
      await sleep(pauseMs, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    }
  }

  /** How soon to ask once more; undefined where the answer is one. */
  #retryMs(answer: IncomingMessage): number | undefined {
    if (answer.statusCode === 401) return this.connection.unauthorized?.() === true ? 0 : undefined;
    return busyMs(answer);
  }

  async #readText(answer: IncomingMessage, signal: AbortSignal): Promise<string> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch (error) {
      throw signal.aborted ? signal.reason : unreachable(this.connection, error as Error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

function writing({ fieldManager, dryRun, ...call }: Omit<WriteOptions, 'namespace' | 'subresource'>): {
  query: Query;
  call: CallOptions;
} {
  return { query: { fieldManager, dryRun: dryRun === true ? 'All' : undefined }, call };
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** How long a server that has too much to do wants to be left alone. */
function busyMs({ statusCode, headers }: IncomingMessage): number | undefined {
  if (statusCode !== 429) return undefined;
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function errorOf({ statusCode = 0, statusMessage }: IncomingMessage, text: string): KubeError {
  try {
    const status: unknown = JSON.parse(text);
    if (typeof status === 'object' && status !== null && 'kind' in status && status.kind === 'Status')
      return new KubeError(status as KubeStatus, statusCode);
  } catch {
    // Not an API server's own words: a proxy's, or an aggregated server's.
  }
  const words = text.trim().slice(0, 500) || statusMessage;
  return new KubeError({ message: `the API server answers ${statusCode}: ${words}` }, statusCode);
}

function parseJson(text: string, method: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KubeConnectionError('BAD_ANSWER', `the answer to ${method} ${path} is not JSON`, error);
  }
}
