import type { ContainerRuntime } from './container-path.ts';

/** What a cgroup id means. A new object wherever anything of it changes. */
export interface Identity {
  readonly cgroupId: bigint;
  /** From the root of the tree: `/system.slice/nginx.service`. */
  readonly path: string;
  /** Kubernetes' name of this machine, where it has one. */
  readonly node?: string;
  readonly container?: ContainerIdentity;
  /** As the path has it: of a static pod, the hash of its manifest. */
  readonly podUid?: string;
  /** Absent until Kubernetes, or the runtime, has told of the pod. */
  readonly pod?: PodIdentity;
  /** systemd unit. */
  readonly unit?: string;
  /** What a column shows: the container's name, else the pod's, else the unit, else the path. */
  readonly name: string;
}

export interface ContainerIdentity {
  readonly id: string;
  /** The id, cut to twelve digits, as long as nobody has told. */
  readonly name: string;
  readonly runtime: ContainerRuntime;
  /** As the pod's manifest has it, or as the runtime calls it. */
  readonly image?: string;
}

export interface PodIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Who made it, and whom that belongs to; absent for a bare pod. */
  readonly workload?: Workload;
}

/** The outermost owner: a Deployment rather than its ReplicaSet, a CronJob rather than its Job. */
export interface Workload {
  /** As Kubernetes writes it: `Deployment`. */
  readonly kind: string;
  readonly name: string;
}
