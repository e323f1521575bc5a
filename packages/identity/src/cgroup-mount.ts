import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { CgroupError } from './cgroup-error.ts';

/** Where the cgroup v2 tree is mounted. */
export interface CgroupMount {
  /** `/sys/fs/cgroup` on a pure v2 machine, `/sys/fs/cgroup/unified` on a hybrid one. */
  readonly path: string;
  /** The cgroup that `path` shows: `/` unless a part of the tree is mounted, as in some containers. */
  readonly root: string;
  /**
   * Levels of the tree that lie above what is called `/` here: where a node is a container itself, its cgroup namespace hides them from files, but
   * not from BPF programs. Absent: none.
   */
  readonly hiddenLevels?: number;
}

/**
 * The cgroup v2 mounts of a process, from the text of its `mountinfo` (proc(5)), best first: the whole tree before parts of
 * it, then the usual places before others (a chroot may have its own).
 *
 * A line: id, parent, major:minor, root, mount point, options, optional fields, `-`, type, source, super options.
 */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    if (after?.split(' ')[0] !== 'cgroup2') continue;
    const [, , , root, path] = before!.split(' ');
    if (root !== undefined && path !== undefined) mounts.push({ path: unescapeOctal(path), root: unescapeOctal(root) });
  }
  return mounts.sort((a, b) => rank(a) - rank(b));
}

const USUAL_PATHS: readonly string[] = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

function rank(mount: CgroupMount): number {
  const place = USUAL_PATHS.indexOf(mount.path);
  return (mount.root === '/' ? 0 : 10) + (place < 0 ? USUAL_PATHS.length : place);
}

/** Spaces, tabs, line breaks and backslashes stand in `mountinfo` as `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** `f_type` of the file system (include/uapi/linux/magic.h). */
const CGROUP2_SUPER_MAGIC = 0x63677270;

/**
 * The cgroup v2 tree of this machine.
 *
 * @param hostRoot where the host's files are seen from here: another folder than `/` in a container that has the host's tree mounted. Then the
 *   whole tree is expected below it.
 * @throws CgroupError `NO_CGROUP_V2`
 */
export function findCgroupMount(hostRoot = '/'): CgroupMount {
  if (hostRoot !== '/') {
    const path = USUAL_PATHS.map((usual) => join(hostRoot, usual)).find(isCgroup2);
    if (path !== undefined) return { path, root: '/' };
    throw new CgroupError('NO_CGROUP_V2', `no cgroup version 2 tree at ${join(hostRoot, '/sys/fs/cgroup')}`);
  }
  const [best] = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  if (best !== undefined) return best;
  throw new CgroupError(
    'NO_CGROUP_V2',
    'cgroup version 2 is not mounted: boot with systemd.unified_cgroup_hierarchy=1, or `mount -t cgroup2 none /sys/fs/cgroup/unified`',
  );
}

function isCgroup2(path: string): boolean {
  try {
    return statfsSync(path).type === CGROUP2_SUPER_MAGIC;
  } catch {
    return false;
  }
}
