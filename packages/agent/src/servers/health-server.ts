import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Whether the agent does its work. */
export interface Health {
  /** What it still waits for; empty: ready. */
  waitingFor(): readonly string[];
}

/** Plain HTTP for the kubelet: `/healthz` while the event loop turns, `/readyz` once traces can be run and read. */
export class HealthServer implements AsyncDisposable {
  readonly #server: Server;

  /** @throws the error of `listen` */
  static async start(health: Health, port: number, address: string): Promise<HealthServer> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://agent');
      const waiting = pathname === '/readyz' ? health.waitingFor() : [];
      const status = pathname !== '/healthz' && pathname !== '/readyz' ? 404 : waiting.length > 0 ? 503 : 200;
      const text = status === 404 ? 'not found' : status === 200 ? 'ok' : `waiting for ${waiting.join(', ')}`;
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
    return new HealthServer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
