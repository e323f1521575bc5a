import type { Agent, RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { KubeClient, type KubeConnection } from '@waggle/kube';
import { version } from '../../version.ts';
import { ClusterError } from './cluster-error.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';
import { extrasOf, type UserExtras } from './user-extras.ts';

/** A cluster to talk to. */
export interface OpenCluster extends Disposable {
  readonly client: KubeClient;
  /** The one to use where no flag names any. */
  readonly namespace: string;
  readonly server: string;
}

/** @throws ClusterError */
export async function openCluster(options: ConnectionOptions): Promise<OpenCluster> {
  const config = await loadKubeconfig(options);
  const connection = await connectionOf(config, options);
  const client = new KubeClient(connection, {
    userAgent: `waggle/${version}`,
    ...(options.requestTimeout !== undefined && { timeoutMs: options.requestTimeout || NO_LIMIT_MS }),
  });
  const [context] = config.contexts;
  return {
    client,
    namespace: context?.namespace || 'default',
    server: connection.server,
    [Symbol.dispose]: () => client.close(),
  };
}

/** What a timer can hold. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** The kubeconfig's credentials as a connection: exec plugins and token files are asked again when their answer has run out. */
async function connectionOf(config: KubeConfig, options: ConnectionOptions): Promise<KubeConnection> {
  const { server, proxyUrl } = config.getCurrentCluster()!;
  const { ca, cert, key, servername, rejectUnauthorized, agent } = await authenticated(config);
  return {
    server,
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
    headers: async () => headersOf(await authenticated(config), options, extrasOf(config.getCurrentUser()!)),
    ...(proxyUrl !== undefined && { agent: agent as Agent }),
  };
}

async function authenticated(config: KubeConfig): Promise<RequestOptions> {
  const request: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(request);
  } catch (error) {
    throw new ClusterError(
      'KUBECONFIG',
      `cannot get the credentials that the kubeconfig names: ${(error as Error).message}`,
    );
  }
  return request;
}

function headersOf(
  { headers, auth }: RequestOptions,
  { asGroup, asUid }: ConnectionOptions,
  extras: UserExtras,
): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) result[name.toLowerCase()] = String(value);
  if (auth) result.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  const groups = asGroup ?? extras.impersonateGroups;
  if (groups !== undefined) result['impersonate-group'] = [...groups];
  const uid = asUid ?? extras.impersonateUid;
  if (uid !== undefined) result['impersonate-uid'] = uid;
  for (const [key, values] of Object.entries(extras.impersonateExtra ?? {}))
    result[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = [...values];
  return result;
}
