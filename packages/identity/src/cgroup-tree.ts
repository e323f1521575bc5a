import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CgroupError } from './cgroup-error.ts';
import { type CgroupMount, findCgroupMount } from './cgroup-mount.ts';

/** Paths that are remembered, the dead ones' included. */
const MAX_KNOWN = 32_768;
/** A walk of the tree costs some 10 µs a cgroup: unknown ids must not cause one each. */
const MIN_WALK_INTERVAL_MS = 200;

/**
 * The cgroup v2 tree: ids to paths and back.
 *
 * Paths are written from the root of the tree: `/`, `/system.slice/nginx.service`. The id of a cgroup is the inode number of
 * its folder, and what `bpf_get_current_cgroup_id()` returns; the kernel never gives one out twice
 * (kernfs counts generations in its upper half).
 */
export class CgroupTree {
  readonly mount: CgroupMount;
  /** In order of learning. What is gone stays, so that late events keep their name. */
  readonly #paths = new Map<bigint, string>();
  #lastWalkMs = Number.NEGATIVE_INFINITY;
  /** Ids that a whole walk did not find. Ids are known to BPF only once their folder is there, so these are gone for good. */
  readonly #gone = new Set<bigint>();

  /** @throws CgroupError `NO_CGROUP_V2` where none is given and none is mounted. */
  constructor(mount: CgroupMount = findCgroupMount()) {
    this.mount = mount;
  }

  /** Where the cgroup is in the file system. */
  folder(path: string): string {
    return join(this.mount.path, posix.relative(this.mount.root, posix.join('/', path)));
  }

  /**
   * The path in the tree of what a user wrote: a path in the tree, or in the file system below the mount.
   *
   * @throws CgroupError `NO_SUCH_CGROUP`
   */
  resolve(written: string): string {
    const inTree = posix.normalize(posix.join('/', written)).replace(/(.)\/$/, '$1');
    const belowMount = inTree === this.mount.path || inTree.startsWith(`${this.mount.path}/`);
    const path = belowMount ? posix.join(this.mount.root, inTree.slice(this.mount.path.length)) : inTree;
    const normal = path.replace(/(.)\/$/, '$1');
    this.cgroupId(normal);
    return normal;
  }

  /** @throws CgroupError `NO_SUCH_CGROUP` */
  cgroupId(path: string): bigint {
    const id = this.findId(path);
    if (id !== undefined) return id;
    throw new CgroupError('NO_SUCH_CGROUP', `no cgroup ${path} in ${this.mount.path}`);
  }

  /** The id, where the cgroup is there. */
  findId(path: string): bigint | undefined {
    const id = statSync(this.folder(path), { bigint: true, throwIfNoEntry: false })?.ino;
    if (id !== undefined) this.learn(id, path);
    return id;
  }

  /** Steps from the root: 0 for `/`, 2 for `/system.slice/nginx.service`. What `bpf_get_current_ancestor_cgroup_id` counts in. */
  level(path: string): number {
    return (this.mount.hiddenLevels ?? 0) + path.split('/').filter((part) => part !== '').length;
  }

  /** The path of an id; what is gone is still known if it was ever seen here. */
  pathOf(id: bigint): string | undefined {
    const known = this.#paths.get(id);
    if (known !== undefined || this.#gone.has(id)) return known;
    if (performance.now() - this.#lastWalkMs < MIN_WALK_INTERVAL_MS) return undefined;
    this.refresh();
    const found = this.#paths.get(id);
    if (found === undefined) remember(this.#gone, id);
    return found;
  }

  /** Remembers a cgroup that the caller has just made, or heard of: it may be gone before anything asks. */
  learn(id: bigint, path: string): void {
    // Deleting first moves it to the end: what was met last is forgotten last.
    this.#paths.delete(id);
    this.#paths.set(id, path);
    if (this.#paths.size > MAX_KNOWN) this.#paths.delete(this.#paths.keys().next().value!);
  }

  /** Walks the whole tree. */
  refresh(): void {
    for (const path of this.paths()) this.findId(path);
    this.#lastWalkMs = performance.now();
  }

  /** Every cgroup below `from`, itself first, parents before children. Those that vanish meanwhile are left out. */
  *paths(from: string = this.mount.root): Iterable<string> {
    yield from;
    for (const entry of listFolders(this.folder(from))) yield* this.paths(posix.join(from, entry));
  }

  /** The cgroup of a process; undefined once it is gone. */
  pathOfPid(pid: number | 'self'): string | undefined {
    try {
      return parseProcCgroup(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
    } catch {
      return undefined;
    }
  }

  /** Processes in this cgroup itself, without those below it. Empty where it is gone. */
  pidsOf(path: string): readonly number[] {
    try {
      const text = readFileSync(join(this.folder(path), 'cgroup.procs'), 'latin1');
      return text.split('\n').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  }

  /** Whether any process lives in the cgroup or below it. The root has no such file and always is. */
  isPopulated(path: string): boolean {
    try {
      return /^populated 1$/m.test(readFileSync(join(this.folder(path), 'cgroup.events'), 'latin1'));
    } catch {
      return path === '/';
    }
  }
}

/** The v2 line of `/proc/PID/cgroup` (cgroups(7)): `0::/path`. A removed cgroup's path ends in ` (deleted)`. */
export function parseProcCgroup(text: string): string | undefined {
  return /^0::(.*?)(?: \(deleted\))?$/m.exec(text)?.[1];
}

function listFolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function remember(set: Set<bigint>, id: bigint): void {
  set.add(id);
  if (set.size > MAX_KNOWN) set.delete(set.keys().next().value!);
}
