import { readFileSync } from 'node:fs';
import { KubeClient } from '@waggle/kube';
import type { ClusterFacts } from '../../ground/cluster/cluster-state.ts';

/** A client as the cluster's administrator. To be closed by whoever asked for it. */
export function kubeClientOf({ kubeconfig, server }: ClusterFacts): KubeClient {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const data = (of: Readonly<Record<string, string>>, key: string) => Buffer.from(of[key]!, 'base64');
  const tls = {
    ca: data(clusters[0].cluster, 'certificate-authority-data'),
    cert: data(users[0].user, 'client-certificate-data'),
    key: data(users[0].user, 'client-key-data'),
  };
  return new KubeClient({ server, tls, headers: async () => ({}) });
}
