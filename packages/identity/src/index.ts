export { CgroupError } from './cgroup-error.ts';
export { type CgroupMount, findCgroupMount, parseCgroupMounts } from './cgroup-mount.ts';
export { CgroupTree, parseProcCgroup } from './cgroup-tree.ts';
export { ContainerError } from './container-error.ts';
export { type CgroupMeaning, type ContainerRuntime, readCgroupPath, WORKLOADS_PATH } from './container-path.ts';
export { Identities, type Identity, type RuntimePlaces } from './identities.ts';
export type { ContainerInfo } from './runtimes/container.ts';
