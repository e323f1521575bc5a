import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAUSE_IMAGE } from '../images/pause-image.ts';
import type { ClusterCertificates } from './cluster-certificates.ts';
import { type ClusterLayout, CONTAINERD_SOCKET, type NodeLayout } from './cluster-layout.ts';

/**
 * Sysctls that a kubelet sets to these values. They are the whole machine's, so a node has files of its own in their places: the kubelet finds what it wants,
 * and the machine stays as it is.
 */
const KUBELET_SYSCTLS: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** Where pods ask for names: nobody listens there, so that the answer is an error at once. */
const NO_DNS = '127.0.0.1';

/** Configuration files of a node, by what reads them. */
export interface NodeFiles {
  readonly containerd: string;
  readonly kubelet: string;
  /** `sh -e`: makes the mount namespace that it runs in the node's. */
  readonly mounts: string;
  /** Appears when that is done. */
  readonly ready: string;
}

/** Writes them all, and makes the folders. */
export function writeNodeFiles(layout: ClusterLayout, node: NodeLayout, certificates: ClusterCertificates): NodeFiles {
  const at = (...names: string[]) => join(node.folder, ...names);
  for (const name of ['run/containerd', 'var/lib/kubelet', 'var/log', 'var/tmp', 'cni', 'sysctl'])
    mkdirSync(at(name), { recursive: true });
  mkdirSync(at('var', layout.folder.slice('/var/'.length)), { recursive: true });
  symlinkSync('/run', at('var/run'));
  const write = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
  };
  for (const [name, value] of Object.entries(KUBELET_SYSCTLS))
    write(join('sysctl', name.replaceAll('/', '.')), `${value}\n`);
  write('cni/10-waggle.conflist', JSON.stringify(cniConfiguration(node), null, 2));
  write('resolv.conf', `nameserver ${NO_DNS}\n`);
  return {
    containerd: write('containerd.toml', containerdConfiguration(at('cni'))),
    kubelet: write('kubelet.json', JSON.stringify(kubeletConfiguration(node, certificates), null, 2)),
    mounts: mountScript(layout, node),
    ready: at('ready'),
  };
}

/**
 * The node gets `/run` and `/var` of its own, so that everything is where it is on a node that is a machine: the runtime's socket, the kubelet's files, the pods' logs.
 * The cluster's folder stays visible. Mounts are shared inside of the node, as containers with volumes want it, and none reaches the host.
 */
function mountScript(layout: ClusterLayout, node: NodeLayout): string {
  const { folder } = layout;
  const mountIfMissing = (type: string, place: string) => `mountpoint -q ${place} || mount -t ${type} ${type} ${place}`;
  return [
    'mount --make-rslave /',
    'mount --make-rshared /',
    `hostname ${node.name}`,
    mountIfMissing('tracefs', '/sys/kernel/tracing'),
    mountIfMissing('bpf', '/sys/fs/bpf'),
    ...Object.keys(KUBELET_SYSCTLS).map(
      (name) => `mount --bind ${join(node.folder, 'sysctl', name.replaceAll('/', '.'))} /proc/sys/${name}`,
    ),
    `mount --rbind ${folder} ${join(node.folder, folder)}`,
    `mount --bind ${join(node.folder, 'run')} /run`,
    `mount --rbind ${join(node.folder, 'var')} /var`,
    `: >${join(node.folder, 'ready')}`,
    'exec sleep infinity',
  ].join('\n');
}

function containerdConfiguration(cniFolder: string): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
# Of other file systems, and of a machine-wide folder.
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt"]

[grpc]
address = "${CONTAINERD_SOCKET}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE_IMAGE}"
restrict_oom_score_adj = true
stream_server_address = "127.0.0.1"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${cniFolder}"
`;
}

/** A cable from each pod to its node, which routes: with a bridge, answers from pods behind a service could take a way around the node's rules. */
function cniConfiguration({ podCidr }: NodeLayout): object {
  return {
    cniVersion: '0.4.0',
    name: 'waggle',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: { type: 'host-local', ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** kubelet.config.k8s.io/v1beta1. */
function kubeletConfiguration(
  { name, address, cgroup, folder }: NodeLayout,
  { ca, kubelets }: ClusterCertificates,
): object {
  const { server } = kubelets[name]!;
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address,
    readOnlyPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: ca.certificate },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: server.certificate,
    tlsPrivateKeyFile: server.key,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup, // Without one of its own, each kubelet would remove the other's pods.
    enforceNodeAllocatable: ['pods'],
    oomScoreAdj: 0, // Lowering takes CAP_SYS_RESOURCE.
    failSwapOn: false,
    resolvConf: join(folder, 'resolv.conf'),
    clusterDNS: [NO_DNS],
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100, // Images cannot be pulled again: none is collected.
    serializeImagePulls: false,
    volumePluginDir: '/var/lib/kubelet/plugins-of-volumes',
    nodeLeaseDurationSeconds: 12,
    nodeStatusUpdateFrequency: '1s',
    nodeStatusReportFrequency: '1m',
    kubeAPIQPS: 50,
    kubeAPIBurst: 100,
    eventRecordQPS: 0,
  };
}
