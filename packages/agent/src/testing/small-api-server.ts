import type { ServerResponse } from 'node:http';
import type { KubeObject, ObjectMeta } from '@waggle/kube';
import { LocalServer, type SeenRequest, sendJson, sendStatus } from '../../../kube/src/testing/local-server.ts';

interface StoredObject extends KubeObject {
  readonly metadata: ObjectMeta & { readonly name: string; readonly resourceVersion: string; readonly uid: string };
  readonly status?: Readonly<Record<string, unknown>>;
}

interface StoredEvent {
  readonly version: number;
  readonly collection: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

interface Watcher {
  readonly collection: string;
  readonly response: ServerResponse;
}

/**
 * As much of an API server as an agent needs, for what a real one cannot be made to do at the right moment: to forget, to hang up, to refuse.
 * Collections are named by their plural.
 */
export class SmallApiServer implements AsyncDisposable {
  readonly local: LocalServer;
  /** Answers everything with this status while it is set. */
  refusing: number | undefined;
  readonly #objects = new Map<string, StoredObject>();
  readonly #events: StoredEvent[] = [];
  readonly #watchers = new Set<Watcher>();
  #version = 1;
  #forgottenUntil = 0;

  static async start(): Promise<SmallApiServer> {
    return new SmallApiServer(await LocalServer.start());
  }

  private constructor(local: LocalServer) {
    this.local = local;
    local.answer = (request, response) => this.#answer(request, response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.local[Symbol.asyncDispose]();
  }

  get(collection: string, name: string): StoredObject | undefined {
    return this.#objects.get(`${collection}/${name}`);
  }

  /** Creates an object, or changes it: what is given is laid over what there is. */
  put(collection: string, object: KubeObject & { readonly spec?: unknown }): StoredObject {
    const { name = '' } = object.metadata;
    const before = this.get(collection, name);
    const uid = before?.metadata.uid ?? object.metadata.uid ?? `uid-${name}-${this.#version}`;
    const metadata = { ...before?.metadata, ...object.metadata, name, uid };
    return this.#store(collection, { ...before, ...object, metadata }, before === undefined ? 'ADDED' : 'MODIFIED');
  }

  remove(collection: string, name: string): void {
    const object = this.get(collection, name);
    if (object === undefined) return;
    this.#objects.delete(`${collection}/${name}`);
    this.#tell({ version: ++this.#version, collection, type: 'DELETED', object });
  }

  /** Hangs up on everybody who watches. */
  hangUp(): void {
    for (const { response } of this.#watchers) response.destroy();
    this.#watchers.clear();
  }

  /** The past is gone: who wants to go on from there has to list. */
  forget(): void {
    this.#forgottenUntil = ++this.#version;
    this.#events.length = 0;
  }

  #answer(request: SeenRequest, response: ServerResponse): void {
    const [collection, name, subresource] = placeOf(request.path);
    if (this.refusing !== undefined) sendStatus(response, this.refusing, 'InternalError');
    else if (request.query.watch === 'true') this.#watch(collection, Number(request.query.resourceVersion), response);
    else if (name === undefined) this.#list(collection, response);
    else this.#single(request, response, this.get(collection, name), collection, subresource);
  }

  #single(
    request: SeenRequest,
    response: ServerResponse,
    object: StoredObject | undefined,
    collection: string,
    subresource: string | undefined,
  ): void {
    if (object === undefined) sendStatus(response, 404, 'NotFound');
    else if (request.method === 'DELETE') this.#delete(collection, object, request, response);
    else if (request.method === 'PATCH' && subresource === 'status')
      this.#applyStatus(collection, object, request, response);
    else sendJson(response, object);
  }

  #list(collection: string, response: ServerResponse): void {
    const items = [...this.#objects].filter(([key]) => key.startsWith(`${collection}/`)).map(([, object]) => object);
    sendJson(response, { metadata: { resourceVersion: String(this.#version) }, items });
  }

  #watch(collection: string, version: number, response: ServerResponse): void {
    if (version < this.#forgottenUntil) {
      sendStatus(response, 410, 'Expired');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    this.#watchers.add({ collection, response });
    for (const event of this.#events.filter((past) => past.version > version)) send(response, event, collection);
  }

  #delete(collection: string, object: StoredObject, { body }: SeenRequest, response: ServerResponse): void {
    const { preconditions = {} } = body as { preconditions?: { uid?: string; resourceVersion?: string } };
    if (isThis(object, preconditions)) {
      this.remove(collection, object.metadata.name);
      sendJson(response, { kind: 'Status', status: 'Success' });
    } else sendStatus(response, 409, 'Conflict');
  }

  /** Server-side apply, as far as a trace's status goes: entries of nodes by their names, everything else as it is given. */
  #applyStatus(collection: string, object: StoredObject, { body }: SeenRequest, response: ServerResponse): void {
    const { metadata, status } = body as StoredObject;
    if (!isThis(object, metadata)) {
      sendStatus(response, 409, 'Conflict');
      return;
    }
    const { nodes = [], ...rest } = status as { nodes?: { name: string }[] };
    const before = (object.status?.nodes ?? []) as { name: string }[];
    const others = before.filter(({ name }) => !nodes.some((entry) => entry.name === name));
    const next = { ...object, status: { ...object.status, ...rest, nodes: [...others, ...nodes] } };
    sendJson(response, this.#store(collection, next, 'MODIFIED'));
  }

  #store(collection: string, object: KubeObject, type: 'ADDED' | 'MODIFIED'): StoredObject {
    const version = ++this.#version;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } } as StoredObject;
    this.#objects.set(`${collection}/${stored.metadata.name}`, stored);
    this.#tell({ version, collection, type, object: stored });
    return stored;
  }

  #tell(event: StoredEvent): void {
    this.#events.push(event);
    for (const { collection, response } of this.#watchers) send(response, event, collection);
  }
}

function send(response: ServerResponse, { collection, type, version, object }: StoredEvent, wanted: string): void {
  if (collection !== wanted) return;
  const metadata = { ...object.metadata, resourceVersion: String(version) };
  response.write(`${JSON.stringify({ type, object: { ...object, metadata } })}\n`);
}

function isThis({ metadata }: StoredObject, wanted: { uid?: string; resourceVersion?: string }): boolean {
  if (wanted.uid !== undefined && wanted.uid !== metadata.uid) return false;
  return wanted.resourceVersion === undefined || wanted.resourceVersion === metadata.resourceVersion;
}

/** `[collection, name, subresource]` */
function placeOf(path: string): [string, string | undefined, string | undefined] {
  const [, rest = ''] = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/)?(.*)$/.exec(path) ?? [];
  const [collection = '', name, subresource] = rest.split('/');
  return [collection, name, subresource];
}
