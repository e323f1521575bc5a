import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programSource } from '../commands/run/program-source.ts';
import { buildClusterProgram } from './cluster-command-line.ts';
import { openCluster } from './connection/open-cluster.ts';
import { checkLocally } from './run/check-locally.ts';
import { traceManifest } from './run/trace-manifest.ts';
import { traceScope } from './target/trace-target.ts';
import './run/run-in-cluster.ts';

const KUBECONFIG = `
apiVersion: v1
kind: Config
current-context: a
contexts: [{ name: a, context: { cluster: a, user: a, namespace: a } }]
clusters: [{ name: a, cluster: { server: 'https://127.0.0.1:1', certificate-authority-data: Zg== } }]
users: [{ name: a, user: { client-certificate-data: Zg==, client-key-data: Zg== } }]
`;

/** Does what a run does, short of asking a cluster, for the build: what has run is in V8's code cache. */
export async function warmUpCluster(): Promise<void> {
  buildClusterProgram('waggle');
  const folder = mkdtempSync(join(tmpdir(), 'waggle-'));
  try {
    const kubeconfig = join(folder, 'config');
    writeFileSync(kubeconfig, KUBECONFIG);
    using cluster = await openCluster({ kubeconfig });
    await cluster.client.request('GET', '/version').catch(() => {}); // Nobody is there.
    const scope = traceScope({ selector: 'app in (a,b),!c' }, ['deploy/a', '1'], cluster.namespace);
    for (const options of [{ name: 'opensnoop' }, { eval: 'BEGIN { @[comm] = count(); printf("%d", 1) }' }]) {
      const program = programSource({ ...options, parameters: [] });
      checkLocally(program, { parameters: [], confined: true });
      traceManifest(program, scope, {});
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
