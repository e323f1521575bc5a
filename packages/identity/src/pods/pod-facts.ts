import type { OwnerReference } from '@waggle/kube';
import type { ContainerRuntime } from '../container-path.ts';
import type { PodIdentity } from '../identity.ts';
import { workloadOf } from './workload.ts';

/** A pod, as much of it as identity needs. */
export interface PodFacts {
  readonly identity: PodIdentity;
  /** What its cgroup is called by: its UID; of a static pod, the hash of its manifest. */
  readonly cgroupUid: string;
  readonly containers: readonly PodContainer[];
  /** The Job that it belongs to, where the Job may belong to a CronJob: what stands in `identity.workload` is then a guess. */
  readonly job?: { readonly name: string; readonly uid: string };
}

export interface PodContainer {
  readonly name: string;
  readonly image?: string;
  /** Once it is made. */
  readonly id?: string;
  readonly runtime?: ContainerRuntime;
}

/** Kubernetes' names of runtimes in container ids: `containerd://…`. */
const RUNTIMES: Readonly<Record<string, ContainerRuntime>> = {
  containerd: 'containerd',
  docker: 'docker',
  'cri-o': 'crio',
};

/** The hash of a static pod's manifest, in its copy in the API (pkg/kubelet/types/pod_update.go). */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** The part of a pod's object (core/v1) that is read here. */
export interface PodObject {
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec?: {
    readonly containers?: readonly ContainerSpec[];
    readonly initContainers?: readonly ContainerSpec[];
    readonly ephemeralContainers?: readonly ContainerSpec[];
  };
  readonly status?: {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
}

/** What identity needs of a pod that the API server has sent. */
export function readPod({ metadata, spec = {}, status = {} }: PodObject): PodFacts {
  const { name = '', namespace = '', uid = '', labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const owner = workloadOf(ownerReferences, labels);
  const job = ownerReferences.find(({ kind, controller }) => controller === true && kind === 'Job');
  const statuses = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  const ids = new Map(statuses.map((one) => [one.name, one.containerID]));
  const specs = [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  return {
    identity: { uid, namespace, name, labels, ...(owner === undefined ? {} : { workload: owner.workload }) },
    cgroupUid: annotations[MIRROR_ANNOTATION] ?? uid,
    containers: specs.map((container) => readContainer(container, ids.get(container.name))),
    ...(job !== undefined && owner?.isGuess === true ? { job: { name: job.name, uid: job.uid } } : {}),
  };
}

/** @param containerId `containerd://4f1c…`; absent or empty until the container is made. */
function readContainer({ name, image }: ContainerSpec, containerId: string | undefined): PodContainer {
  const [, scheme, id] = /^([^:]+):\/\/(.+)$/.exec(containerId ?? '') ?? [];
  const runtime = scheme === undefined ? undefined : RUNTIMES[scheme];
  return {
    name,
    ...(image === undefined ? {} : { image }),
    ...(id === undefined ? {} : { id }),
    ...(runtime === undefined ? {} : { runtime }),
  };
}
