import { readFileSync, writeFileSync } from 'node:fs';
import type { KeyPair } from './certificates.ts';

/** Who connects where; the paths are of PEM files. */
export interface Connection {
  readonly cluster: string;
  readonly server: string;
  readonly ca: string;
  readonly user: string;
  readonly client: KeyPair;
}

/** Writes a kubeconfig that needs no other file. JSON is YAML. */
export function writeKubeconfig(path: string, { cluster, server, ca, user, client }: Connection): string {
  const data = (file: string) => readFileSync(file).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': data(ca) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': data(client.certificate), 'client-key-data': data(client.key) },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user } }],
    'current-context': cluster,
  };
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return path;
}
