import type { ContainerRuntime } from '../container-path.ts';
import type { PodIdentity } from '../identity.ts';
import type { PodFacts } from '../pods/pod-facts.ts';
import { guessWorkload } from '../pods/workload.ts';
import { type ContainerInfo, SANDBOX_NAME, shortId } from '../runtimes/container.ts';
import { GrpcChannel } from './grpc-channel.ts';
import { GrpcError } from './grpc-error.ts';
import { type ImageSpec, type PodSandbox, RuntimeService } from './runtime_pb.ts';

/** The service's name in the interface of today, and in that of runtimes before 2022. The messages are the same. */
const SERVICES = ['runtime.v1.RuntimeService', 'runtime.v1alpha2.RuntimeService'] as const;

/** What the kubelet puts on containers and sandboxes for itself (pkg/kubelet/types/labels.go). */
const POD_UID_LABEL = 'io.kubernetes.pod.uid';
const KUBELET_LABELS = /^io\.kubernetes\.(?:pod|container)\./;

/** A pod as its runtime knows it, and the container that holds its namespaces. */
export interface Sandbox {
  readonly pod: PodFacts;
  readonly container: ContainerInfo;
}

/** Asks a container runtime by the Container Runtime Interface what runs. All calls throw GrpcError. */
export class CriClient {
  readonly #channel: GrpcChannel;
  #service: Promise<{ readonly name: string; readonly runtime: ContainerRuntime }> | undefined;

  constructor(socketPath: string) {
    this.#channel = new GrpcChannel(socketPath);
  }

  /** All containers, running or not, without the pods' sandboxes. Images may be digests. */
  async listContainers(): Promise<ContainerInfo[]> {
    const { input, output } = RuntimeService.method.listContainers;
    const { name, runtime } = await this.#theService();
    const { containers } = await this.#channel.call(`/${name}/ListContainers`, input, output, {});
    return containers.map(({ id, metadata, image, labels }) => containerInfo({ id, runtime, metadata, image, labels }));
  }

  /** Undefined where there is no such container. */
  async container(containerId: string): Promise<ContainerInfo | undefined> {
    const { input, output } = RuntimeService.method.containerStatus;
    const { name, runtime } = await this.#theService();
    try {
      const { status } = await this.#channel.call(`/${name}/ContainerStatus`, input, output, { containerId });
      if (status === undefined) return undefined;
      const { id, metadata, image, labels } = status;
      return containerInfo({ id, runtime, metadata, image, labels });
    } catch (error) {
      if (error instanceof GrpcError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Pods' sandboxes, running or not: all, or the one with that id. */
  async sandboxes(id = ''): Promise<Sandbox[]> {
    const { input, output } = RuntimeService.method.listPodSandbox;
    const { name, runtime } = await this.#theService();
    const request = id === '' ? {} : { filter: { id } };
    const { items } = await this.#channel.call(`/${name}/ListPodSandbox`, input, output, request);
    return items.flatMap((item) => readSandbox(item, runtime) ?? []);
  }

  close(): void {
    this.#channel.close();
  }

  /** Asked once, by the first call that gets an answer. */
  #theService(): Promise<{ readonly name: string; readonly runtime: ContainerRuntime }> {
    this.#service ??= this.#findService().catch((error: unknown) => {
      this.#service = undefined;
      throw error;
    });
    return this.#service;
  }

  async #findService(): Promise<{ readonly name: string; readonly runtime: ContainerRuntime }> {
    const { input, output } = RuntimeService.method.version;
    for (const name of SERVICES) {
      try {
        const { runtimeName } = await this.#channel.call(`/${name}/Version`, input, output, {});
        return { name, runtime: runtimeOf(runtimeName) };
      } catch (error) {
        if (!(error instanceof GrpcError && error.code === 'UNIMPLEMENTED') || name === SERVICES.at(-1)) throw error;
      }
    }
    throw new TypeError('there is no service to ask');
  }
}

function runtimeOf(name: string): ContainerRuntime {
  if (name === 'cri-o') return 'crio';
  return name === 'docker' ? 'docker' : 'containerd';
}

/** What containers look like in lists and alone. */
interface CriContainer {
  readonly id: string;
  readonly runtime: ContainerRuntime;
  readonly metadata: { readonly name: string } | undefined;
  readonly image: ImageSpec | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

function containerInfo({ id, runtime, metadata, image, labels }: CriContainer): ContainerInfo {
  const podUid = labels[POD_UID_LABEL];
  const imageName = image?.userSpecifiedImage || image?.image;
  return {
    id,
    name: metadata?.name || shortId(id),
    runtime,
    ...(imageName ? { image: imageName } : {}),
    ...(podUid === undefined ? {} : { podUid }),
  };
}

/** A sandbox's labels are those that the pod had when it was made, and some of the kubelet's. Of its owners it knows nothing else. */
function readSandbox({ id, metadata, labels }: PodSandbox, runtime: ContainerRuntime): Sandbox | undefined {
  if (metadata === undefined || metadata.uid === '') return undefined;
  const { uid, namespace, name } = metadata;
  const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !KUBELET_LABELS.test(key)));
  const workload = guessWorkload(name, own);
  const identity: PodIdentity = { uid, namespace, name, labels: own, ...(workload === undefined ? {} : { workload }) };
  return {
    pod: { identity, cgroupUid: uid, containers: [] },
    container: { id, name: SANDBOX_NAME, runtime, podUid: uid },
  };
}
