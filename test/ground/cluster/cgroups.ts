import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './cluster-error.ts';

/** The mount points of all cgroup hierarchies of this machine: version 1 controllers, and version 2. */
export function cgroupHierarchies(): readonly string[] {
  // proc(5), `mountinfo`: the mount point is the fifth field; the type follows ` - `.
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [left, right] = line.split(' - ');
    return /^cgroup2? /.test(right ?? '') ? [left!.split(' ')[4]!] : [];
  });
}

/** Makes a cgroup in every hierarchy. `path` starts with a slash. */
export function makeCgroup(path: string): void {
  for (const hierarchy of cgroupHierarchies()) {
    let folder = hierarchy;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const parent = folder;
      folder = join(folder, name);
      mkdirSync(folder, { recursive: true });
      inheritCpuset(parent, folder);
    }
  }
}

/** A new cgroup of the version 1 cpuset controller takes no process before it has CPUs and memory nodes (cgroup-v1/cpusets.rst). */
function inheritCpuset(parent: string, folder: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (!existsSync(join(folder, 'cpuset.sched_load_balance')) || read(join(folder, file)).trim() !== '') continue;
    writeFileSync(join(folder, file), read(join(parent, file)));
  }
}

/** The `cgroup.procs` files to write a process id into, to have it in this cgroup everywhere. */
export function cgroupProcsFiles(path: string): readonly string[] {
  return cgroupHierarchies().map((hierarchy) => join(hierarchy, path, 'cgroup.procs'));
}

/** Ends all processes in a cgroup and below, in whichever hierarchy they are, until there is none. @throws ClusterError after half a minute */
export async function killCgroup(path: string): Promise<void> {
  const killed = new Set<number>();
  for (const deadline = performance.now() + 30_000; ; await sleep(20)) {
    const pids = cgroupPids(path);
    if (pids.size === 0) break;
    if (performance.now() > deadline) throw new ClusterError(`processes survive: ${[...pids].join(' ')}`);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
        killed.add(pid);
      } catch {} // Gone meanwhile.
    }
  }
  await buried(killed);
}

/** Processes that have ended hold their namespaces until their parent, now most often process 1, has noticed. */
async function buried(pids: ReadonlySet<number>): Promise<void> {
  for (const deadline = performance.now() + 5_000; performance.now() < deadline; await sleep(20)) {
    if (![...pids].some((pid) => existsSync(`/proc/${pid}`))) return;
  }
}

/** The processes in a cgroup and below, of all hierarchies. */
export function cgroupPids(path: string): ReadonlySet<number> {
  const folders = cgroupHierarchies().flatMap((hierarchy) => withDescendants(join(hierarchy, path)));
  return new Set(
    folders.flatMap((folder) => read(join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number)),
  );
}

/** Removes a cgroup without processes, and those below, from every hierarchy. */
export async function removeCgroup(path: string): Promise<void> {
  for (const hierarchy of cgroupHierarchies()) {
    for (const deadline = performance.now() + 10_000; ; await sleep(20)) {
      const problem = removeFolders(withDescendants(join(hierarchy, path)).reverse());
      if (problem === undefined) break;
      if (performance.now() > deadline) throw problem; // Processes that are about to be gone keep it busy for a moment.
    }
  }
}

function removeFolders(folders: readonly string[]): unknown {
  try {
    for (const folder of folders) rmdirSync(folder);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Parents first. Empty where there is no such folder. */
function withDescendants(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return [folder, ...subfolders(folder).flatMap((name) => withDescendants(join(folder, name)))];
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return []; // Gone meanwhile.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
