import { join } from 'node:path';
import { type ClusterLayout, CONTAINERD_SOCKET, type NodeLayout } from './cluster-layout.ts';
import type { DaemonSpec } from './daemon.ts';
import type { NodeFiles } from './node-files.ts';

/** The programs that make a node. */
export interface NodeDaemons {
  /** Holds the node's namespaces. */
  readonly namespaces: DaemonSpec;
  readonly containerd: DaemonSpec;
  readonly kubelet: DaemonSpec;
  readonly proxy: DaemonSpec;
}

export interface NodeKubeconfigs {
  readonly kubelet: string;
  readonly proxy: string;
}

export function nodeDaemons(
  layout: ClusterLayout,
  { name, address, cgroup }: NodeLayout,
  files: NodeFiles,
  kubeconfigs: NodeKubeconfigs,
): NodeDaemons {
  const inNode = (program: string, argv: readonly string[]): DaemonSpec => ({
    name: `${program}@${name}`,
    argv,
    node: name,
    cgroup: `${cgroup}/daemons`,
  });
  const kubelet = [
    `--config=${files.kubelet}`,
    `--kubeconfig=${kubeconfigs.kubelet}`,
    '--container-runtime=remote',
    `--container-runtime-endpoint=unix://${CONTAINERD_SOCKET}`,
    `--hostname-override=${name}`,
    `--node-ip=${address}`,
    '--root-dir=/var/lib/kubelet',
    '--cert-dir=/var/lib/kubelet/pki',
    `--node-labels=topology.kubernetes.io/zone=${name.replace('node', 'zone')}`,
  ];
  const proxy = [
    `--kubeconfig=${kubeconfigs.proxy}`,
    `--hostname-override=${name}`,
    '--proxy-mode=iptables',
    `--cluster-cidr=${layout.podCidr}`,
    '--healthz-bind-address=127.0.0.1:10256',
    '--oom-score-adj=0',
    // Limits of connection tracking are the whole machine's.
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0s',
    '--conntrack-tcp-timeout-close-wait=0s',
  ];
  return {
    namespaces: {
      name: namespacesOf(name),
      argv: ['unshare', '--mount', '--net', '--uts', '--propagation=slave', 'sh', '-ec', files.mounts],
      cgroup: `${cgroup}/daemons`,
    },
    containerd: inNode('containerd', ['containerd', `--config=${files.containerd}`]),
    kubelet: inNode('kubelet', [join(layout.bin, 'kubelet'), ...kubelet]),
    proxy: inNode('kube-proxy', [join(layout.bin, 'kube-proxy'), ...proxy]),
  };
}

/** The name of the program that holds a node's namespaces. */
export function namespacesOf(node: string | undefined): string {
  return `namespaces@${node}`;
}

export function holdsNamespaces({ name }: DaemonSpec): boolean {
  return name.startsWith('namespaces@');
}
