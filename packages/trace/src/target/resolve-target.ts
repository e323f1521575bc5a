import { existsSync } from 'node:fs';
import type { Guard } from '@waggle/bpftrace';
import type { Identities } from '@waggle/identity';
import type { Mortal, ResolvedTarget, Target } from './target.ts';
import { TargetError } from './target-error.ts';

/** TASK_COMM_LEN without the closing zero: what the kernel keeps of a name. */
const MAX_COMM_BYTES = 15;

/** More cgroups than this are looked up: a look-up costs as much as some comparisons. */
const MAX_COMPARED_IDS = 8;

/**
 * Finds what a target names on this machine: the guard's conditions, and what goes into the target set.
 *
 * @throws TargetError; ContainerError and CgroupError of `@waggle/identity`
 */
export async function resolveTarget(target: Target, identities: Identities): Promise<ResolvedTarget> {
  const { tree } = identities;
  const { cgroups = [], containers = [], pids = [], comm } = target;
  const paths = cgroups.map((path) => tree.resolve(path));
  const processes: Mortal[] = pids.map((pid) => ({ kind: 'process', pid }));
  const groups: Mortal[] = paths.map((path) => ({ kind: 'cgroup', path, endsEmpty: false }));
  for (const name of containers) {
    const { cgroupPath } = await identities.findContainer(name);
    paths.push(cgroupPath);
    groups.push({ kind: 'cgroup', path: cgroupPath, endsEmpty: true });
  }
  for (const pid of pids) {
    if (!existsSync(`/proc/${pid}`)) throw new TargetError('NO_SUCH_PROCESS', `no process ${pid}`);
  }
  const cgroupIds = [...new Set(paths)].map((path) => tree.cgroupId(path));
  const guard: Guard = {
    ...(paths.length === 0 ? {} : { cgroupLevels: levelsOf(paths, (path) => tree.level(path)) }),
    ...(paths.length > 0 && cgroupIds.length <= MAX_COMPARED_IDS && { cgroupIds }),
    ...(pids.length === 0 ? {} : { pids }),
    ...(comm === undefined ? {} : { comm: checkComm(comm) }),
  };
  return {
    ...(Object.keys(guard).length === 0 ? {} : { guard }),
    cgroupIds,
    // With both, only processes in the cgroups are seen: nothing is left once they are gone.
    mortals: processes.length > 0 ? processes : groups,
  };
}

/** Each level costs the guard a helper call: those that occur, once, in rising order. */
function levelsOf(paths: readonly string[], levelOf: (path: string) => number): number[] {
  return [...new Set(paths.map(levelOf))].sort((a, b) => a - b);
}

function checkComm(comm: string): string {
  const length = Buffer.byteLength(comm);
  if (length > 0 && length <= MAX_COMM_BYTES) return comm;
  const wanted = `${length} bytes, expected 1 to ${MAX_COMM_BYTES}: the kernel keeps no more of a name`;
  throw new TargetError('INVALID_COMM', `no process can be called "${comm}": ${wanted}`);
}
