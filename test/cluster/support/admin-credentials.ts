import { readFileSync } from 'node:fs';
import type { ClusterFacts } from '../../ground/cluster/cluster-state.ts';

/** What a connection to the API server needs: options of `https.request`. */
export interface Credentials {
  readonly host: string;
  readonly port: string;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Those of the cluster's administrator. */
export function adminCredentials({ kubeconfig }: ClusterFacts): Credentials {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const { hostname, port } = new URL(cluster.server);
  const bytes = (base64: string) => Buffer.from(base64, 'base64');
  return {
    host: hostname,
    port,
    ca: bytes(cluster['certificate-authority-data']),
    cert: bytes(user['client-certificate-data']),
    key: bytes(user['client-key-data']),
  };
}
