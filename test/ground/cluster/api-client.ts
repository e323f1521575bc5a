import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { KeyPair } from './certificates.ts';

/** The few requests that starting a cluster takes, as its administrator. */
export class ApiClient {
  readonly #server: string;
  readonly #agent: Agent;

  constructor(server: string, ca: string, client: KeyPair) {
    this.#server = server;
    this.#agent = new Agent({
      ca: readFileSync(ca),
      cert: readFileSync(client.certificate),
      key: readFileSync(client.key),
      keepAlive: true,
    });
  }

  /** The body of an answer of status 200; rejects with the first words of any other. */
  get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#server}${path}`, { agent: this.#agent, timeout: 5_000 }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.once('end', () => {
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`GET ${path}: ${response.statusCode} ${body.slice(0, 200)}`));
        });
      });
      sent.once('timeout', () => sent.destroy(new Error(`GET ${path}: no answer`)));
      sent.once('error', reject);
      sent.end();
    });
  }

  async getJson<T>(path: string): Promise<T> {
    return JSON.parse(await this.get(path)) as T;
  }

  close(): void {
    this.#agent.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
