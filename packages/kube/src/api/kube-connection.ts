import type { Agent } from 'node:https';
import type { ConnectionOptions } from 'node:tls';

/** How an API server is reached, and as whom: what a service account or a kubeconfig says. */
export interface KubeConnection {
  /** `https://host:port`, with a path in front of every request where there is one. */
  readonly server: string;
  readonly tls: KubeTls;
  /** Asked before each request: tokens change. `authorization`, `impersonate-user`, …; a list where a header comes several times. */
  headers(): Promise<Readonly<Record<string, string | string[]>>>;
  /** The server does not know us by the headers: true where there may be others now, and it is worth another try. */
  unauthorized?(): boolean;
  /** Where requests must go another way than straight there: through a proxy. */
  readonly agent?: Agent;
}

export type KubeTls = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'
>;
