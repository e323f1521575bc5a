/**
 * What the cgroups of a machine mean: containers, Kubernetes pods, systemd units.
 */
export { CgroupError } from './cgroup-error.ts';
export { type CgroupMount, findCgroupMount, parseCgroupMounts } from './cgroup-mount.ts';
export { CgroupTree, parseProcCgroup } from './cgroup-tree.ts';
export { ContainerError } from './container-error.ts';
export { type CgroupMeaning, type ContainerRuntime, readCgroupPath, WORKLOADS_PATH } from './container-path.ts';
export { CriSource, type CriSourceOptions } from './cri/cri-source.ts';
export { findCriSocket } from './cri/find-cri-socket.ts';
export { type CgroupEvents, Identities, type IdentitiesOptions, type IdentityListener } from './identities.ts';
export type { ContainerIdentity, Identity, PodIdentity, Workload } from './identity.ts';
export type { CgroupLevels } from './levels.ts';
export { type PodContainer, type PodFacts, type PodObject, readPod } from './pods/pod-facts.ts';
export { PodSource, type PodSourceOptions } from './pods/pod-source.ts';
export { type PodFilter, type PodTarget, PodTargetError, podFilter } from './pods/pod-target.ts';
export { normalizeWorkloadName, workloadName } from './pods/workload.ts';
export type { ContainerInfo } from './runtimes/container.ts';
export { placesBelow, type RuntimePlaces } from './runtimes/local-runtimes.ts';
