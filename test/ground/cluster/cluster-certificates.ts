import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateAuthority, type KeyPair, newSigningKey } from './certificates.ts';
import { type ClusterLayout, KUBERNETES_SERVICE_IP } from './cluster-layout.ts';

/** Everything that proves to somebody who somebody is. */
export interface ClusterCertificates {
  readonly ca: KeyPair;
  readonly etcdCa: string;
  readonly etcd: KeyPair;
  readonly etcdClient: KeyPair;
  /** Signs the one client that may name other users to aggregated API servers: the API server. */
  readonly frontProxyCa: string;
  readonly frontProxyClient: KeyPair;
  readonly apiServer: KeyPair;
  /** The API server as a client of kubelets. */
  readonly kubeletClient: KeyPair;
  readonly serviceAccountKey: string;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  readonly proxy: KeyPair;
  /** By node. */
  readonly kubelets: Readonly<Record<string, { readonly client: KeyPair; readonly server: KeyPair }>>;
}

const API_NAMES = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

export async function clusterCertificates(layout: ClusterLayout): Promise<ClusterCertificates> {
  const folder = join(layout.folder, 'pki');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = (name: string) => CertificateAuthority.create(folder, name);
  const [ca, etcdCa, frontProxyCa] = await Promise.all(['ca', 'etcd-ca', 'front-proxy-ca'].map(authority));
  const system = (name: string) => ca!.issue(name, { commonName: `system:${name}` });
  const local = [`IP:${layout.loopbackAddress}`];
  const api = [
    ...[layout.hostAddress, layout.loopbackAddress, KUBERNETES_SERVICE_IP].map((ip) => `IP:${ip}`),
    ...API_NAMES.map((name) => `DNS:${name}`),
  ];
  const master = { organization: 'system:masters' };
  const [etcd, etcdClient, frontProxyClient, apiServer, kubeletClient, serviceAccountKey, admin] = await Promise.all([
    etcdCa!.issue('etcd', { commonName: 'etcd', serves: local }),
    etcdCa!.issue('etcd-client', { commonName: 'kube-apiserver' }),
    frontProxyCa!.issue('front-proxy-client', { commonName: 'front-proxy-client' }),
    ca!.issue('apiserver', { commonName: 'kube-apiserver', serves: api }),
    ca!.issue('apiserver-kubelet-client', { commonName: 'kube-apiserver-kubelet-client', ...master }),
    newSigningKey(folder, 'service-accounts'),
    ca!.issue('admin', { commonName: 'admin', ...master }),
  ]);
  const [controllerManager, scheduler, proxy] = await Promise.all(
    ['kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(system),
  );
  const kubelets = Object.fromEntries(
    await Promise.all(
      layout.nodes.map(async ({ name, address }) => {
        const identity = { commonName: `system:node:${name}`, organization: 'system:nodes' };
        const client = await ca!.issue(`kubelet-${name}-client`, identity);
        const server = await ca!.issue(`kubelet-${name}`, { ...identity, serves: [`IP:${address}`, `DNS:${name}`] });
        return [name, { client, server }] as const;
      }),
    ),
  );
  return {
    ca: ca!.keyPair,
    etcdCa: etcdCa!.certificate,
    etcd,
    etcdClient,
    frontProxyCa: frontProxyCa!.certificate,
    frontProxyClient,
    apiServer,
    kubeletClient,
    serviceAccountKey,
    admin,
    controllerManager: controllerManager!,
    scheduler: scheduler!,
    proxy: proxy!,
    kubelets,
  };
}
