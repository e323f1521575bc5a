import type { Identity } from './identity.ts';

/** Steps from the root of the tree, each list in rising order without repetition. */
export interface CgroupLevels {
  /** Where this node's pods' own cgroups are. */
  readonly pods: readonly number[];
  /** Where the containers of this node's pods are. */
  readonly podContainers: readonly number[];
  /** Where any pod's or container's cgroup is, or will be. */
  readonly all: readonly number[];
}

/** Where the kubelet puts pods unless it is told otherwise. */
const USUAL_ROOT = '/kubepods';

/**
 * The levels of pods and containers: what the kubelet's layout makes them, whose cgroup `kubepods` has guaranteed pods one level below
 * itself and other pods two; and whatever other containers there are.
 *
 * @param known the cgroups of pods and containers.
 * @param roots paths of the cgroups `kubepods`. Several kubelets may share a machine: those with pods that are known count.
 * @param levelOf of a path.
 */
export function levelsOf(
  known: readonly Identity[],
  roots: Iterable<string>,
  levelOf: (path: string) => number,
): CgroupLevels {
  const all = [...roots];
  const ours = all.filter((root) => known.some(({ pod, path }) => pod !== undefined && path.startsWith(`${root}/`)));
  const rootLevels = (ours.length > 0 ? ours : all).map(levelOf);
  if (rootLevels.length === 0) rootLevels.push(levelOf(USUAL_ROOT));
  const pods = rising(rootLevels.flatMap((level) => [level + 1, level + 2]));
  const podContainers = rising(rootLevels.flatMap((level) => [level + 2, level + 3]));
  return { pods, podContainers, all: rising([...pods, ...podContainers, ...known.map(({ path }) => levelOf(path))]) };
}

function rising(levels: readonly number[]): number[] {
  return [...new Set(levels)].sort((a, b) => a - b);
}
