import type { ClusterFacts } from '../cluster/cluster-state.ts';
import { run } from '../cluster/run.ts';

/** Makes the images of an archive (an OCI layout in a tar file) known to a container runtime: to Kubernetes' part of it. */
export async function importImageInto(containerdSocket: string, archivePath: string): Promise<void> {
  await run('ctr', ['--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'import', archivePath]);
}

/** Makes them known to all nodes of a cluster; pods then name them with `imagePullPolicy: Never` or `IfNotPresent`. */
export async function importImage(cluster: Pick<ClusterFacts, 'nodes'>, archivePath: string): Promise<void> {
  await Promise.all(cluster.nodes.map(({ containerdSocket }) => importImageInto(containerdSocket, archivePath)));
}
