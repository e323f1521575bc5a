import { join } from 'node:path';
import { ApiClient } from './api-client.ts';
import type { ClusterLayout } from './cluster-layout.ts';
import { serverUrl } from './control-plane.ts';

/** The administrator of a cluster that has been started. */
export function adminClient(layout: ClusterLayout): ApiClient {
  const file = (name: string) => join(layout.folder, 'pki', name);
  return new ApiClient(serverUrl(layout), file('ca.crt'), { certificate: file('admin.crt'), key: file('admin.key') });
}
