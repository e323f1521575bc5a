import { join } from 'node:path';

/** Where every cluster keeps its files; a folder each. */
export const CLUSTERS_FOLDER = '/var/lib/waggle-cluster';
export const DEFAULT_CLUSTER = 'default';
export const NODE_NAMES = ['node-a', 'node-b'] as const;
/** How many clusters may stand side by side on one machine. */
export const SLOTS = 8;

/** The service network is seen in the nodes' network namespaces only, so that all clusters may have the same. */
export const SERVICE_CIDR = '10.96.0.0/16';
export const KUBERNETES_SERVICE_IP = '10.96.0.1';
export const API_PORT = 6443;
export const ETCD_PORT = 2379;
/** Where a node's containerd listens, as the node's own processes and its pods' `hostPath` volumes see it. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** Names and addresses of one cluster. Two clusters share none of them. */
export interface ClusterLayout {
  readonly name: string;
  readonly slot: number;
  /** Everything that it writes; `down` removes it. */
  readonly folder: string;
  /** The programs of Kubernetes. */
  readonly bin: string;
  /** The bridge that joins nodes and host. */
  readonly bridge: string;
  /** The host's address on the bridge: the API server's. */
  readonly hostAddress: string;
  readonly nodeCidr: string;
  /** Covers the pod networks of all nodes. */
  readonly podCidr: string;
  /** On the loopback device: what only this machine's own processes reach. */
  readonly loopbackAddress: string;
  /** Path of its cgroup below the root of each hierarchy. */
  readonly cgroup: string;
  readonly nodes: readonly NodeLayout[];
}

export interface NodeLayout {
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
  /** The end of the node's cable that is on the host. */
  readonly hostLink: string;
  /** The kubelet's `cgroupRoot`: pods are below its `kubepods`. */
  readonly cgroup: string;
  /** On the host; the node sees `run` as `/run` and `var` as `/var`. */
  readonly folder: string;
}

/** @param slot chooses the networks: 10.211.SLOT.0/24 for nodes, 10.(212 + SLOT).0.0/16 for pods. */
export function clusterLayout(name: string, slot: number): ClusterLayout {
  const folder = clusterFolder(name);
  const cgroup = `/waggle-cluster-${name}`;
  return {
    name,
    slot,
    folder,
    bin: join(folder, 'bin'),
    bridge: `waggle${slot}`,
    hostAddress: `10.211.${slot}.1`,
    nodeCidr: `10.211.${slot}.0/24`,
    podCidr: `10.${212 + slot}.0.0/16`,
    loopbackAddress: `127.211.${slot}.1`,
    cgroup,
    nodes: NODE_NAMES.map((node, index) => ({
      name: node,
      address: `10.211.${slot}.${11 + index}`,
      podCidr: `10.${212 + slot}.${1 + index}.0/24`,
      hostLink: `waggle${slot}-${node.slice('node-'.length)}`,
      cgroup: `${cgroup}/${node}`,
      folder: join(folder, 'nodes', node),
    })),
  };
}

export function clusterFolder(name: string): string {
  return join(CLUSTERS_FOLDER, name);
}

/** A name that is safe in a path and in a cgroup's. */
export function isClusterName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,30}$/.test(name);
}
