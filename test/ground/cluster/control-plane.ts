import { join } from 'node:path';
import type { ClusterCertificates } from './cluster-certificates.ts';
import { API_PORT, type ClusterLayout, ETCD_PORT, SERVICE_CIDR } from './cluster-layout.ts';
import type { DaemonSpec } from './daemon.ts';

/** What the control plane's programs are started with. */
export interface ControlPlane {
  readonly etcd: DaemonSpec;
  readonly apiServer: DaemonSpec;
  readonly controllerManager: DaemonSpec;
  readonly scheduler: DaemonSpec;
}

/** Kubeconfigs of the programs that are clients of the API server. */
export interface ControlPlaneKubeconfigs {
  readonly controllerManager: string;
  readonly scheduler: string;
}

export function serverUrl(layout: ClusterLayout): string {
  return `https://${layout.hostAddress}:${API_PORT}`;
}

export function controlPlane(
  layout: ClusterLayout,
  certificates: ClusterCertificates,
  kubeconfigs: ControlPlaneKubeconfigs,
): ControlPlane {
  const cgroup = `${layout.cgroup}/control-plane`;
  const daemon = (name: string, program: string, flags: Flags): DaemonSpec => ({
    name,
    cgroup,
    argv: [program, ...words(flags)],
  });
  const kubernetes = (name: string, flags: Flags) => daemon(name, join(layout.bin, name), flags);
  return {
    etcd: daemon('etcd', 'etcd', etcdFlags(layout, certificates)),
    apiServer: kubernetes('kube-apiserver', apiServerFlags(layout, certificates)),
    controllerManager: kubernetes(
      'kube-controller-manager',
      controllerManagerFlags(layout, certificates, kubeconfigs.controllerManager),
    ),
    scheduler: kubernetes('kube-scheduler', {
      kubeconfig: kubeconfigs.scheduler,
      'bind-address': layout.loopbackAddress,
      port: '0',
      'leader-elect': 'false',
      'authentication-kubeconfig': kubeconfigs.scheduler,
      'authorization-kubeconfig': kubeconfigs.scheduler,
    }),
  };
}

type Flags = Readonly<Record<string, string>>;

function words(flags: Flags): string[] {
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

/** Where the API server finds etcd: on an address that pods cannot reach. */
function etcdUrl({ loopbackAddress }: ClusterLayout): string {
  return `https://${loopbackAddress}:${ETCD_PORT}`;
}

function etcdFlags(layout: ClusterLayout, { etcd, etcdCa }: ClusterCertificates): Flags {
  const url = etcdUrl(layout);
  const peer = `http://${layout.loopbackAddress}:${ETCD_PORT + 1}`;
  return {
    name: layout.name,
    'data-dir': join(layout.folder, 'etcd'),
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `${layout.name}=${peer}`,
    'cert-file': etcd.certificate,
    'key-file': etcd.key,
    'client-cert-auth': 'true',
    'trusted-ca-file': etcdCa,
    'unsafe-no-fsync': 'true',
  };
}

function apiServerFlags(layout: ClusterLayout, certificates: ClusterCertificates): Flags {
  const { ca, etcdCa, etcdClient, apiServer, kubeletClient, serviceAccountKey } = certificates;
  const { frontProxyCa, frontProxyClient } = certificates;
  return {
    'advertise-address': layout.hostAddress,
    'bind-address': layout.hostAddress,
    'secure-port': String(API_PORT),
    'service-cluster-ip-range': SERVICE_CIDR,
    'etcd-servers': etcdUrl(layout),
    'etcd-cafile': etcdCa,
    'etcd-certfile': etcdClient.certificate,
    'etcd-keyfile': etcdClient.key,
    'client-ca-file': ca.certificate,
    'tls-cert-file': apiServer.certificate,
    'tls-private-key-file': apiServer.key,
    'kubelet-certificate-authority': ca.certificate,
    'kubelet-client-certificate': kubeletClient.certificate,
    'kubelet-client-key': kubeletClient.key,
    'kubelet-preferred-address-types': 'InternalIP', // No name of a node is in any DNS.
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': serviceAccountKey,
    'service-account-signing-key-file': serviceAccountKey,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'requestheader-client-ca-file': frontProxyCa,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': frontProxyClient.certificate,
    'proxy-client-key-file': frontProxyClient.key,
    'enable-aggregator-routing': 'true', // Straight to pods: addresses of services mean something in the nodes only.
    'cert-dir': join(layout.folder, 'pki'),
  };
}

function controllerManagerFlags(
  layout: ClusterLayout,
  { ca, serviceAccountKey }: ClusterCertificates,
  kubeconfig: string,
): Flags {
  return {
    kubeconfig,
    'bind-address': layout.loopbackAddress,
    port: '0',
    'leader-elect': 'false',
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': serviceAccountKey,
    'root-ca-file': ca.certificate,
    'cluster-signing-cert-file': ca.certificate,
    'cluster-signing-key-file': ca.key,
    'flex-volume-plugin-dir': join(layout.folder, 'no-plugins'),
    // A node that falls silent is found out soon.
    'node-monitor-period': '1s',
    'node-monitor-grace-period': '16s',
  };
}
