import { printFacts, type VersionOutput, versionFacts } from '../../commands/print-version.ts';
import { ClusterError } from '../connection/cluster-error.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { openCluster } from '../connection/open-cluster.ts';
import { readDeployment } from './show-status.ts';

export interface ClusterVersionOptions extends ConnectionOptions {
  readonly output?: VersionOutput;
  /** Only this command's own. */
  readonly client?: boolean;
}

/** `kubectl waggle version`: this machine's, and what the cluster has. */
export async function clusterVersion(options: ClusterVersionOptions): Promise<number> {
  const facts = versionFacts();
  if (options.client) return printFacts(facts, options.output);
  using cluster = await openCluster(options);
  const [{ gitVersion }, deployment] = await Promise.all([
    cluster.client.request<{ gitVersion: string }>('GET', '/version'),
    readDeployment(cluster.client).catch((error: unknown) => {
      if (error instanceof ClusterError && error.code === 'NOT_DEPLOYED') return undefined;
      throw error;
    }),
  ]);
  const waggle = deployment === undefined ? 'not deployed' : deployment.version;
  return printFacts({ ...facts, kubernetes: gitVersion, deployed: waggle }, options.output);
}
