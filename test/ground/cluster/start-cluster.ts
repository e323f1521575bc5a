import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from '../../../scripts/oci/index.ts';
import { importImageInto } from '../images/import-image.ts';
import { pauseImage } from '../images/pause-image.ts';
import { workloadImage } from '../images/workload-image.ts';
import { ApiClient } from './api-client.ts';
import type { KeyPair } from './certificates.ts';
import { makeCgroup } from './cgroups.ts';
import { type ClusterCertificates, clusterCertificates } from './cluster-certificates.ts';
import { type ClusterLayout, CONTAINERD_SOCKET, ETCD_PORT, type NodeLayout } from './cluster-layout.ts';
import { type ClusterFacts, writeFacts } from './cluster-state.ts';
import { controlPlane, serverUrl } from './control-plane.ts';
import { type Daemon, type DaemonSpec, deathOf, startDaemon, waitForDaemon } from './daemon.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { connectNode, makeBridge } from './network.ts';
import { type NodeDaemons, nodeDaemons } from './node.ts';
import { writeNodeFiles } from './node-files.ts';
import type { Progress } from './progress.ts';
import { listens, waitUntilUsable } from './readiness.ts';

/** A node with its namespaces, its network and its container runtime: what the kubelet needs. */
interface PreparedNode {
  readonly layout: NodeLayout;
  readonly daemons: NodeDaemons;
  readonly namespacesPid: number;
}

export interface StartOptions {
  readonly progress: Progress;
  /** Nothing more is started then. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Starts everything, and resolves when the cluster can be used. Its folder has the programs of Kubernetes. Where it fails, what it has started is for
 * `removeCluster`.
 */
export function startCluster(layout: ClusterLayout, options: StartOptions): Promise<ClusterFacts> {
  return new Startup(layout, options).start();
}

class Startup {
  readonly #daemons: Daemon[] = [];
  #started = 0;

  readonly layout: ClusterLayout;
  readonly progress: Progress;
  /** Once a part has failed, the others need not go on. */
  readonly #failure = new AbortController();
  readonly #signal: AbortSignal;

  constructor(layout: ClusterLayout, { progress, signal }: StartOptions) {
    this.layout = layout;
    this.progress = progress;
    this.#signal = AbortSignal.any([this.#failure.signal, ...(signal === undefined ? [] : [signal])]);
  }

  async start(): Promise<ClusterFacts> {
    const { layout, progress } = this;
    const [certificates] = await this.#together([clusterCertificates(layout), makeBridge(layout)]);
    const kubeconfig = this.#kubeconfig(certificates, 'admin', certificates.admin);
    progress.say('certificates made');
    using api = new ApiClient(serverUrl(layout), certificates.ca.certificate, certificates.admin);
    const images = join(layout.folder, 'images.tar');
    await writeArchive(images, await Promise.all([pauseImage(), workloadImage()]));
    const [nodes] = await this.#together([
      this.#together(layout.nodes.map((node) => this.#prepareNode(node, certificates, images))),
      this.#startControlPlane(certificates, api),
    ]);
    await this.#together(nodes.map((node) => this.#startKubernetesOn(node)));
    const names = layout.nodes.map(({ name }) => name);
    await waitUntilUsable(api, names, { failure: () => this.#deaths(), signal: this.#signal });
    progress.say(`ready: ${names.join(', ')}`);
    const facts = clusterFacts(layout, kubeconfig, certificates, nodes);
    writeFacts(facts);
    return facts;
  }

  async #startControlPlane(certificates: ClusterCertificates, api: ApiClient): Promise<void> {
    const { layout, progress } = this;
    const programs = controlPlane(layout, certificates, {
      controllerManager: this.#kubeconfig(certificates, 'kube-controller-manager', certificates.controllerManager),
      scheduler: this.#kubeconfig(certificates, 'kube-scheduler', certificates.scheduler),
    });
    const etcd = await this.#start(programs.etcd);
    await this.#waitFor(etcd, () => listens({ host: layout.loopbackAddress, port: ETCD_PORT }));
    progress.say('etcd listens');
    const apiServer = await this.#start(programs.apiServer);
    await this.#waitFor(apiServer, async () => (await api.get('/readyz')) === 'ok');
    progress.say('kube-apiserver is ready');
    await this.#start(programs.controllerManager);
    await this.#start(programs.scheduler);
  }

  async #prepareNode(node: NodeLayout, certificates: ClusterCertificates, images: string): Promise<PreparedNode> {
    const { layout, progress } = this;
    makeCgroup(node.cgroup);
    const files = writeNodeFiles(layout, node, certificates);
    const daemons = nodeDaemons(layout, node, files, {
      kubelet: this.#kubeconfig(certificates, `kubelet-${node.name}`, certificates.kubelets[node.name]!.client),
      proxy: this.#kubeconfig(certificates, 'kube-proxy', certificates.proxy),
    });
    const namespaces = await this.#start(daemons.namespaces);
    await this.#waitFor(namespaces, () => existsSync(files.ready));
    await connectNode(layout, node, namespaces.pid);
    const containerd = await this.#start(daemons.containerd, namespaces.pid);
    const socket = join(node.folder, CONTAINERD_SOCKET);
    await this.#waitFor(containerd, () => listens({ path: socket }));
    await importImageInto(socket, images);
    progress.say(`${node.name}: containerd has its images`);
    return { layout: node, daemons, namespacesPid: namespaces.pid };
  }

  async #startKubernetesOn({ layout, daemons, namespacesPid }: PreparedNode): Promise<void> {
    await this.#start(daemons.kubelet, namespacesPid);
    await this.#start(daemons.proxy, namespacesPid);
    this.progress.say(`${layout.name}: kubelet and kube-proxy started`);
  }

  async #start(spec: DaemonSpec, namespacesPid?: number): Promise<Daemon> {
    this.#signal.throwIfAborted();
    const daemon = await startDaemon(this.layout, spec, this.#started++, namespacesPid);
    this.#daemons.push(daemon);
    return daemon;
  }

  #waitFor(daemon: Daemon, attempt: () => boolean | Promise<boolean>): Promise<boolean> {
    return waitForDaemon(this.layout, daemon, attempt, this.#signal);
  }

  /** Resolves or rejects when all have ended: what still runs could start something after the cluster has been removed. */
  async #together<T extends readonly Promise<unknown>[] | []>(parts: T): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
    for (const part of parts) part.catch((error: unknown) => this.#failure.abort(error));
    await Promise.allSettled(parts);
    return (await Promise.all(parts)) as { [K in keyof T]: Awaited<T[K]> };
  }

  #deaths(): string | undefined {
    return this.#daemons.map((daemon) => deathOf(this.layout, daemon)).find((death) => death !== undefined);
  }

  #kubeconfig(certificates: ClusterCertificates, user: string, client: KeyPair): string {
    const { layout } = this;
    return writeKubeconfig(join(layout.folder, `${user}.kubeconfig`), {
      cluster: `waggle-${layout.name}`,
      server: serverUrl(layout),
      ca: certificates.ca.certificate,
      user,
      client,
    });
  }
}

function clusterFacts(
  layout: ClusterLayout,
  kubeconfig: string,
  { ca }: ClusterCertificates,
  nodes: readonly PreparedNode[],
): ClusterFacts {
  return {
    name: layout.name,
    server: serverUrl(layout),
    kubeconfig,
    kubectl: join(layout.bin, 'kubectl'),
    ca: ca.certificate,
    hostAddress: layout.hostAddress,
    nodes: nodes.map(({ layout: node, namespacesPid }) => ({
      name: node.name,
      address: node.address,
      podCidr: node.podCidr,
      cgroupRoot: node.cgroup,
      containerdSocket: join(node.folder, CONTAINERD_SOCKET),
      containerdSocketInNode: CONTAINERD_SOCKET,
      runFolder: join(node.folder, 'run'),
      varFolder: join(node.folder, 'var'),
      namespacesPid,
    })),
  };
}
