import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
// Not the whole package: its index loads the classes of every API.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { ClusterError } from './cluster-error.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { addUserExtras, extrasOf } from './user-extras.ts';

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The name under which flags put together a cluster, a user or a context. */
const FROM_FLAGS = 'from-flags';

/**
 * The kubeconfig that flags, `KUBECONFIG` and the home folder name, with the flags applied: afterwards the current context says everything.
 * Without any, the pod's own service account, where there is one.
 *
 * @throws ClusterError
 */
export async function loadKubeconfig(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<KubeConfig> {
  const config = await mergedKubeconfig(options, env);
  const isEmpty = config.clusters.length === 0 && config.contexts.length === 0;
  if (isEmpty && options.server === undefined) {
    if (!env.KUBERNETES_SERVICE_HOST || !existsSync(SERVICE_ACCOUNT_TOKEN)) throw noCluster();
    config.loadFromCluster();
  }
  applyFlags(config, options);
  return config;
}

/** The same without the flags: all that the files have. */
export function mergedKubeconfig(
  options: ConnectionOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<KubeConfig> {
  return mergeFiles(kubeconfigFiles(options, env));
}

/** kubectl's order: the flag alone, else the files of KUBECONFIG that exist, else the one of the home folder. */
function kubeconfigFiles({ kubeconfig }: ConnectionOptions, env: NodeJS.ProcessEnv): string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const paths = listed.length > 0 ? listed : [join(env.HOME || homedir(), '.kube', 'config')];
  return paths.filter((path) => existsSync(path));
}

/** Of equal names, the first one counts. */
async function mergeFiles(paths: readonly string[]): Promise<KubeConfig> {
  const merged = new KubeConfig();
  for (const path of paths) {
    const config = await readFile(path);
    merged.setCurrentContext(merged.getCurrentContext() || config.getCurrentContext());
    for (const cluster of config.clusters) if (!hasName(merged.clusters, cluster.name)) merged.addCluster(cluster);
    for (const user of config.users) if (!hasName(merged.users, user.name)) merged.addUser(user);
    for (const context of config.contexts) if (!hasName(merged.contexts, context.name)) merged.addContext(context);
  }
  return merged;
}

async function readFile(path: string): Promise<KubeConfig> {
  const config = new KubeConfig();
  try {
    const text = readFileSync(path, 'utf8');
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(path));
    await addUserExtras(config, text, dirname(path));
  } catch (error) {
    throw new ClusterError('KUBECONFIG', `cannot read the kubeconfig ${path}: ${(error as Error).message}`);
  }
  return config;
}

/** Makes the flags' cluster, user and context the current ones. */
function applyFlags(config: KubeConfig, options: ConnectionOptions): void {
  const contextName = options.context ?? config.getCurrentContext();
  const context = config.contexts.find(({ name }) => name === contextName);
  if (context === undefined && (options.context !== undefined || (contextName && !options.server)))
    throw new ClusterError('KUBECONFIG', `there is no context "${contextName}" in the kubeconfig`, {
      hint: `contexts: ${config.contexts.map(({ name }) => name).join(', ') || 'none'}`,
    });
  const cluster = flaggedCluster(find('cluster', config.clusters, options.cluster ?? context?.cluster), options);
  const user = flaggedUser(find('user', config.users, options.user ?? context?.user), options);
  const namespace = options.namespace ?? context?.namespace;
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: FROM_FLAGS, cluster: cluster.name, user: user.name, ...(namespace && { namespace }) }],
    currentContext: FROM_FLAGS,
  });
}

function flaggedCluster(base: Cluster | undefined, options: ConnectionOptions): Cluster {
  const { server, certificateAuthority, insecureSkipTlsVerify, tlsServerName } = options;
  if (base === undefined && server === undefined) throw noCluster();
  const { caData, caFile, ...rest } = base ?? { name: FROM_FLAGS, skipTLSVerify: false, server: '' };
  return {
    ...rest,
    ...(certificateAuthority === undefined ? { caData, caFile } : { caFile: certificateAuthority }),
    server: withScheme((server ?? rest.server).replace(/\/$/, '')),
    ...(tlsServerName !== undefined && { tlsServerName }),
    skipTLSVerify: insecureSkipTlsVerify ?? rest.skipTLSVerify ?? false,
  } as Cluster;
}

/** A credential on the command line takes the place of those in the file, of whatever kind. */
function flaggedUser(base: User | undefined, options: ConnectionOptions): User {
  const { token, clientCertificate, clientKey, as } = options;
  const user: User = { ...(base ?? { name: FROM_FLAGS }) };
  const { name, impersonateUser } = user;
  const impersonated = as ?? impersonateUser;
  const given: User | undefined =
    token !== undefined
      ? { name, token }
      : clientCertificate !== undefined || clientKey !== undefined
        ? {
            name,
            ...(clientCertificate === undefined
              ? { certFile: user.certFile, certData: user.certData }
              : { certFile: clientCertificate }),
            ...(clientKey === undefined ? { keyFile: user.keyFile, keyData: user.keyData } : { keyFile: clientKey }),
          }
        : undefined;
  // The file's groups are of the user that it acts as.
  const extras = as === undefined ? extrasOf(user) : {};
  return { ...(given ?? user), ...(impersonated && { impersonateUser: impersonated }), ...extras } as User;
}

function find<T extends { readonly name: string }>(
  what: string,
  items: readonly T[],
  name: string | undefined,
): T | undefined {
  if (!name) return undefined;
  const found = items.find((item) => item.name === name);
  if (found) return found;
  throw new ClusterError('KUBECONFIG', `there is no ${what} "${name}" in the kubeconfig`, {
    hint: `${what}s: ${items.map((item) => item.name).join(', ') || 'none'}`,
  });
}

function withScheme(server: string): string {
  return /^https?:\/\//.test(server) ? server : `https://${server}`;
}

function hasName(items: readonly { readonly name: string }[] | undefined, name: string): boolean {
  return items?.some((item) => item.name === name) ?? false;
}

function noCluster(): ClusterError {
  return new ClusterError('NO_CLUSTER', 'no cluster is configured', {
    hint: 'give --kubeconfig FILE, set KUBECONFIG, or write ~/.kube/config',
  });
}
