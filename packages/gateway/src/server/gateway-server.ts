import { createServer, type Server } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { failure } from '../api/status.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import { handleRequest, type Request, type RequestContext, type Response, sendFailure } from './request-handler.ts';

export interface Ports {
  readonly port: number;
  readonly healthPort: number;
}

const HANDSHAKE_MS = 10_000;

/**
 * The gateway's two doors: HTTPS (HTTP/2 and HTTP/1.1) for the API server, and plain HTTP that says nothing but how the gateway is.
 * Clients are asked for a certificate and not turned away without: the kubelet has none, and who may do what is decided request by request.
 */
export class GatewayServer {
  readonly #context: RequestContext;
  readonly #secure: Http2SecureServer;
  readonly #health: Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(context: RequestContext, { certificate, key }: KeyPair) {
    this.#context = context;
    this.#secure = createSecureServer(
      {
        allowHTTP1: true,
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_MS,
        cert: certificate,
        key,
      },
      (request, response) => this.#handle(request, response),
    );
    this.#secure.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#health = createServer((request, response) => {
      if (/^\/(healthz|livez|readyz)\/?$/.test(request.url ?? '')) this.#handle(request, response);
      else sendFailure(response, failure('NotFound', 'only healthz, livez and readyz are here'));
    });
  }

  /** @throws Error where a port is taken */
  async listen({ port, healthPort }: Ports): Promise<Ports> {
    await Promise.all([listenOn(this.#secure, port), listenOn(this.#health, healthPort)]);
    return { port: portOf(this.#secure), healthPort: portOf(this.#health) };
  }

  /** New connections are served with this certificate. */
  use({ certificate, key }: KeyPair): void {
    this.#secure.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
  }

  /** Takes no new connections, and resolves when all requests are answered, or after the time. */
  async close(graceMs: number): Promise<void> {
    const closed = Promise.all([closeServer(this.#secure), closeServer(this.#health)]);
    for (const session of this.#sessions) session.close();
    this.#health.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, graceMs);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, graceMs + 100).unref())]);
    clearTimeout(timer);
  }

  #handle(request: Request, response: Response): void {
    // A reader that goes away is found out by whoever writes; without a listener, it would end the process.
    request.on('error', () => {});
    response.on('error', () => {});
    handleRequest(this.#context, request, response).catch((error: unknown) => {
      this.#context.log.error('request failed', { path: request.url, error });
      if (response.headersSent) response.end();
      else sendFailure(response, failure('InternalError', 'internal error'));
    });
  }
}

function listenOn(server: Http2SecureServer | Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Http2SecureServer | Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function portOf(server: Http2SecureServer | Server): number {
  return (server.address() as AddressInfo).port;
}
