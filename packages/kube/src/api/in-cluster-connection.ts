import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeConnection } from './kube-connection.ts';
import { KubeConnectionError } from './kube-error.ts';

/** Where the kubelet puts what a pod's service account is made of. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The kubelet renews a projected token when 80 % of its life (of at least ten minutes) is over. */
const TOKEN_LIFE_MS = 60_000;
/** A token that the server refuses may have been replaced: the file is read again, but not all the time. */
const MIN_TOKEN_LIFE_MS = 1_000;

export interface InClusterOptions {
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The API server as a pod reaches it, as its service account. The token's file is read again every minute.
 *
 * @throws KubeConnectionError `NOT_IN_CLUSTER`
 */
export function inClusterConnection({
  folder = SERVICE_ACCOUNT_FOLDER,
  env = process.env,
}: InClusterOptions = {}): KubeConnection {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) throw notInCluster('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set');
  const token = new TokenFile(join(folder, 'token'));
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tls: { ca: readAuthority(join(folder, 'ca.crt')) },
    headers: async () => ({ authorization: `Bearer ${await token.read()}` }),
    unauthorized: () => token.forget(),
  };
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw notInCluster(`cannot read ${path}`, error);
  }
}

function notInCluster(why: string, cause?: unknown): KubeConnectionError {
  return new KubeConnectionError(
    'NOT_IN_CLUSTER',
    `this process does not run in a pod with a service account: ${why}`,
    cause,
  );
}

/** A file whose content is remembered for a while. */
class TokenFile {
  readonly #path: string;
  #token: string | undefined;
  #readAtMs = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The next reader reads the file; false where the last one has just done so. */
  forget(): boolean {
    const isOld = performance.now() - this.#readAtMs > MIN_TOKEN_LIFE_MS;
    if (isOld) this.#readAtMs = Number.NEGATIVE_INFINITY;
    return isOld;
  }

  async read(): Promise<string> {
    const now = performance.now();
    if (this.#token === undefined || now - this.#readAtMs > TOKEN_LIFE_MS) {
      try {
        this.#token = (await readFile(this.#path, 'utf8')).trim();
        this.#readAtMs = now;
      } catch (error) {
        // While the kubelet swaps the folder, the last token is still good.
        if (this.#token === undefined) throw notInCluster(`cannot read ${this.#path}`, error);
      }
    }
    return this.#token;
  }
}
