import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from '../../../../test/ground/cluster/certificates.ts';
import type { KubeConnection } from '../api/kube-connection.ts';

/** One request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  /** Parsed; undefined where there was none. */
  readonly body: unknown;
  /** The n-th connection that the server took, from 0. */
  readonly connection: number;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** An HTTPS server on loopback that answers as a test wishes: what a real API server cannot be asked to do. */
export class LocalServer implements AsyncDisposable {
  readonly connection: KubeConnection;
  readonly requests: SeenRequest[] = [];
  answer: Answer = (_request, response) => sendJson(response, {});
  readonly #server: Server;

  static async start(): Promise<LocalServer> {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-kube-'));
    try {
      const authority = await CertificateAuthority.create(folder, 'test');
      const pair = await authority.issue('server', { commonName: 'server', serves: ['IP:127.0.0.1'] });
      const [ca, cert, key] = [authority.certificate, pair.certificate, pair.key].map((path) => readFileSync(path));
      const server = createServer({ cert: cert!, key: key! });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return new LocalServer(server, ca!);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  private constructor(server: Server, ca: Buffer) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    const headers = async () => ({ authorization: 'Bearer secret' });
    this.connection = { server: `https://127.0.0.1:${port}`, tls: { ca }, headers };
    const numbers = new WeakMap<object, number>();
    let connections = 0;
    server.on('secureConnection', (socket) => numbers.set(socket, connections++));
    server.on('request', (request, response) => void this.#take(request, response, numbers.get(request.socket) ?? -1));
  }

  /** Breaks all connections, as a server that crashes does. */
  drop(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse, connection: number): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const { pathname, searchParams } = new URL(url, this.connection.server);
    const text = Buffer.concat(chunks).toString();
    const seen = {
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers,
      body: text === '' ? undefined : JSON.parse(text),
      connection,
    };
    this.requests.push(seen);
    await this.answer(seen, response);
  }
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** What an API server says where it refuses. */
export function sendStatus(response: ServerResponse, code: number, reason: string, message = reason): void {
  sendJson(response, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }, code);
}
