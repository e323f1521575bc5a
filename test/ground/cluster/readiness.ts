import { connect } from 'node:net';
import type { ApiClient } from './api-client.ts';
import { type WaitOptions, waitFor } from './wait-for.ts';

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Whether somebody listens there. */
export function listens(
  place: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Names of the nodes that take pods. */
export async function readyNodes(api: ApiClient): Promise<readonly string[]> {
  const { items } = await api.getJson<{ items: readonly Node[] }>('/api/v1/nodes');
  const ready = items.filter(
    ({ spec, status }) =>
      status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') &&
      !spec.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')),
  );
  return ready.map(({ metadata }) => metadata.name);
}

/** Waits until a pod made now would start, with a service account, and until aggregated APIs can be added. */
export async function waitUntilUsable(api: ApiClient, nodes: readonly string[], options: WaitOptions): Promise<void> {
  const allReady = async () => (await readyNodes(api)).length === nodes.length;
  await waitFor(`ready nodes ${nodes.join(', ')}`, allReady, options);
  await waitFor(
    'a service account with a token',
    async () => {
      const account = await api.getJson<{ secrets?: unknown[] }>('/api/v1/namespaces/default/serviceaccounts/default');
      await api.get('/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
      return (account.secrets?.length ?? 0) > 0;
    },
    options,
  );
  await waitFor(
    'the aggregation layer',
    async () => {
      const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
      const { data } = await api.getJson<{ data: Record<string, string> }>(path);
      await api.get('/apis/apiregistration.k8s.io/v1/apiservices');
      return data['requestheader-client-ca-file'] !== undefined;
    },
    options,
  );
}
