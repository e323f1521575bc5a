import type { ClusterFacts } from '../cluster/cluster-state.ts';
import { run } from '../cluster/run.ts';

/** Makes an image known to a container runtime: Kubernetes' part of it. @param archive what `buildOciImage` gives */
export async function importImageInto(containerdSocket: string, archive: Buffer): Promise<void> {
  await run('ctr', ['--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'import', '-'], { input: archive });
}

/** Makes an image known to all nodes of a cluster; pods then name it with `imagePullPolicy: Never` or `IfNotPresent`. */
export async function importImage(cluster: Pick<ClusterFacts, 'nodes'>, archive: Buffer): Promise<void> {
  await Promise.all(cluster.nodes.map(({ containerdSocket }) => importImageInto(containerdSocket, archive)));
}
