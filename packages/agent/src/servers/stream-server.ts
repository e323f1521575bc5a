import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { FRAMES_MEDIA_TYPE, GATEWAY_CLIENT_NAME, type TraceKind } from '@waggle/kube';
import type { FrameLog, LogSubscription } from '@waggle/trace/stream';
import type { Log } from '../log.ts';
import { type LogRequest, parseLogRequest } from './log-request.ts';
import { TlsFiles, type TlsMaterial } from './tls-files.ts';

/** Whose logs are served. */
export interface LogSource {
  /** A trace and its run, once there is one; undefined where there is none in time. */
  await(
    kind: TraceKind,
    namespace: string,
    name: string,
    timeoutMs: number,
  ): Promise<{ readonly run: { readonly id: string; readonly log: FrameLog | undefined } | undefined } | undefined>;
}

export interface StreamServerParts {
  readonly traces: LogSource;
  readonly tlsFolder: string;
  readonly port: number;
  readonly address: string;
  readonly log: Log;
}

/** One answer that is being sent. */
interface Stream {
  readonly subscription: LogSubscription;
  /** Everything that was there has been sent. */
  isIdle: boolean;
}

/** How long the last bytes may take when the agent ends. */
const DRAIN_MS = 2_000;
/** How long a trace that is not known yet is waited for: its object may be on its way. */
const TRACE_WAIT_MS = 10_000;

/**
 * Serves the streams of this node's traces to the gateway, and to nobody else: TLS with a client certificate that waggle's own authority has signed for
 * it. It listens from the moment that its certificate is there.
 */
export class StreamServer implements AsyncDisposable {
  readonly #parts: StreamServerParts;
  readonly #tls: TlsFiles;
  readonly #streams = new Set<Stream>();
  #server: Server | undefined;

  constructor(parts: StreamServerParts) {
    this.#parts = parts;
    this.#tls = new TlsFiles(parts.tlsFolder, (material) => this.#secure(material));
  }

  get isListening(): boolean {
    return this.#server?.listening === true;
  }

  /** Undefined until it listens. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Ends the streams, once their readers have what there is of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#tls[Symbol.dispose]();
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const deadline = performance.now() + DRAIN_MS;
    do await sleep(10);
    while ([...this.#streams].some((stream) => !stream.isIdle) && performance.now() < deadline);
    for (const { subscription } of this.#streams) subscription.close();
    await Promise.race([closed, sleep(DRAIN_MS)]);
    server.closeAllConnections();
  }

  #secure(material: TlsMaterial): void {
    try {
      if (this.#server === undefined) this.#server = this.#listen(material);
      else this.#server.setSecureContext(material);
    } catch (error) {
      this.#parts.log.error('cannot use the certificates', { folder: this.#parts.tlsFolder, error });
    }
  }

  #listen(material: TlsMaterial): Server {
    const { log, port, address } = this.#parts;
    const server = createServer({ ...material, requestCert: true, rejectUnauthorized: true });
    server.on('request', (request, response) => void this.#answer(request, response));
    server.on('error', (error) => log.error('stream server', { error }));
    server.listen(port, address, () => log.info('serving streams', { address, port }));
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      if (subject?.CN !== GATEWAY_CLIENT_NAME) return refuse(response, 403, 'only the gateway may read streams');
      const wanted = request.method === 'GET' ? parseLogRequest(request.url ?? '') : undefined;
      if (wanted === undefined) return refuse(response, 404, 'there is nothing at this path');
      if (typeof wanted === 'string') return refuse(response, 400, wanted);
      await this.#stream(wanted, response);
    } catch (error) {
      this.#parts.log.warn('stream broke off', { url: request.url, error });
      response.destroy();
    }
  }

  async #stream(wanted: LogRequest, response: ServerResponse): Promise<void> {
    const { kind, namespace, name, follow, from } = wanted;
    const trace = await this.#parts.traces.await(kind, namespace, name, follow ? TRACE_WAIT_MS : 0);
    if (trace === undefined) return refuse(response, 404, `this node knows no ${kind} "${name}"`);
    const { run } = trace;
    if (run?.log === undefined) return refuse(response, 404, `${kind} "${name}" has no log on this node`);
    const subscription = run.log.subscribe({ from: wanted.run === undefined || wanted.run === run.id ? from : 0n });
    const stream: Stream = { subscription, isIdle: false };
    this.#streams.add(stream);
    response.once('close', () => subscription.close());
    try {
      response.writeHead(200, {
        'content-type': FRAMES_MEDIA_TYPE,
        'cache-control': 'no-store',
        'x-waggle-run': run.id,
      });
      response.flushHeaders();
      await pump(follow ? subscription : untilNow(subscription), response, stream);
      response.end();
    } finally {
      this.#streams.delete(stream);
      subscription.close();
    }
  }
}

/** Not faster than the other side reads. */
async function pump(chunks: AsyncIterable<Uint8Array>, response: ServerResponse, stream: Stream): Promise<void> {
  stream.isIdle = true;
  for await (const bytes of chunks) {
    stream.isIdle = false;
    if (!response.write(bytes)) await drained(response);
    if (response.destroyed) return;
    stream.isIdle = true;
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** What is there already: the first time that there is nothing to take at once is the end. */
async function* untilNow(subscription: LogSubscription): AsyncGenerator<Uint8Array> {
  const frames = subscription[Symbol.asyncIterator]();
  for (;;) {
    const next = frames.next();
    const first = await Promise.race([next, pause()]);
    if (first === undefined || first.done === true) return;
    yield first.value;
  }
}

function pause(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}
