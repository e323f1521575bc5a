import { waitFor } from '../../ground/cluster/wait-for.ts';
import type { TestCluster } from '../../ground/use-cluster.ts';

/** Lets a user have a ClusterRole in one namespace; resolves when the API server has taken notice. */
export async function bindRole(
  { kubectl }: TestCluster,
  { namespace, user, role }: { readonly namespace: string; readonly user: string; readonly role: string },
): Promise<void> {
  await kubectl(['create', 'rolebinding', user, '-n', namespace, '--clusterrole', role, '--user', user]);
  const asked = ['auth', 'can-i', 'get', 'traces.waggle.dev', '-n', namespace, '--as', user];
  await waitFor(`role ${role} of ${user}`, async () => (await kubectl(asked)).trim() === 'yes');
}
