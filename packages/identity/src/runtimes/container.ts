import type { ContainerRuntime } from '../container-path.ts';

/** A container as a runtime knows it. */
export interface ContainerInfo {
  readonly id: string;
  /** What people call it; the id (cut to twelve digits where it is a hash) where it has no name. */
  readonly name: string;
  readonly runtime: ContainerRuntime;
  /** Of its cgroup, from the root of the tree, where the runtime tells. */
  readonly cgroupPath?: string;
  readonly image?: string;
  /** Of the pod that it belongs to, where the runtime tells: as the pod's cgroup is called by. */
  readonly podUid?: string;
}

/** What the container that holds a pod's namespaces is called here: Kubernetes gives it no name. */
export const SANDBOX_NAME = 'pause';

/** How much of a 64-digit id is shown: as `docker ps` does. */
export function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}
