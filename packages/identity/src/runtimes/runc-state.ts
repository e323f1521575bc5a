import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { CgroupMount } from '../cgroup-mount.ts';
import { parseProcCgroup } from '../cgroup-tree.ts';
import type { ContainerRuntime } from '../container-path.ts';
import { type ContainerInfo, shortId } from './container.ts';
import { readAnnotations } from './container-annotations.ts';

/** Folders of runc's state, and who uses them. Below those with `namespaces` is one more folder for each of containerd's. */
export const RUNC_ROOTS: readonly {
  readonly folder: string;
  readonly runtime: ContainerRuntime;
  readonly namespaces: boolean;
}[] = [
  { folder: '/run/runc', runtime: 'runc', namespaces: false },
  { folder: '/run/containerd/runc', runtime: 'containerd', namespaces: true },
  { folder: '/run/docker/runtime-runc', runtime: 'docker', namespaces: true },
];

/** What is remembered of a state file: it is read again when it has changed. */
interface ReadState {
  readonly version: string;
  readonly container: ContainerInfo | undefined;
}

/** The containers whose state runc keeps in the usual folders. A state that cannot be read is passed over. */
export class RuncStates {
  readonly #mount: CgroupMount;
  readonly #roots: typeof RUNC_ROOTS;
  /** By file: a state is tens of kilobytes of JSON. */
  #read = new Map<string, ReadState>();

  constructor(mount: CgroupMount, roots = RUNC_ROOTS) {
    this.#mount = mount;
    this.#roots = roots;
  }

  list(): ContainerInfo[] {
    const before = this.#read;
    this.#read = new Map();
    for (const { parent, runtime } of this.#parents()) {
      for (const id of foldersIn(parent)) {
        const file = join(parent, id, 'state.json');
        const state = this.#readFile(file, runtime, before);
        if (state !== undefined) this.#read.set(file, state);
      }
    }
    return [...this.#read.values()].flatMap(({ container }) => container ?? []);
  }

  /** One of them, without a look at the others. */
  read(id: string): ContainerInfo | undefined {
    if (id === '' || id.includes('/') || id.startsWith('.')) return undefined;
    for (const { parent, runtime } of this.#parents()) {
      const found = this.#readFile(join(parent, id, 'state.json'), runtime, this.#read);
      if (found?.container !== undefined) return found.container;
    }
    return undefined;
  }

  *#parents(): Iterable<{ readonly parent: string; readonly runtime: ContainerRuntime }> {
    for (const { folder, runtime, namespaces } of this.#roots) {
      if (!namespaces) yield { parent: folder, runtime };
      else for (const name of foldersIn(folder)) yield { parent: join(folder, name), runtime };
    }
  }

  #readFile(file: string, runtime: ContainerRuntime, before: ReadonlyMap<string, ReadState>): ReadState | undefined {
    try {
      const stat = statSync(file, { throwIfNoEntry: false });
      if (stat === undefined) return undefined;
      const version = `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
      const known = before.get(file);
      if (known?.version === version) return known;
      return { version, container: parseRuncState(readFileSync(file, 'utf8'), runtime, this.#mount, pathOfProcess) };
    } catch {
      return undefined; // Deleted meanwhile, or being written.
    }
  }
}

function pathOfProcess(pid: number): string | undefined {
  const file = `/proc/${pid}/cgroup`;
  return existsSync(file) ? parseProcCgroup(readFileSync(file, 'utf8')) : undefined;
}

/**
 * Reads a `state.json` of runc (libcontainer's `State`): `id`, `init_process_pid`, `cgroup_paths` (by v1 controller; the one of
 * the v2 tree under the empty name), and `config.labels`, which holds the OCI annotations as `key=value`.
 *
 * @param pathOfPid answers where `cgroup_paths` does not name the v2 tree (runc before 1.1 on a hybrid machine).
 */
export function parseRuncState(
  text: string,
  runtime: ContainerRuntime,
  mount: CgroupMount,
  pathOfPid: (pid: number) => string | undefined,
): ContainerInfo | undefined {
  const state = asObject(JSON.parse(text));
  const id = state.id;
  if (typeof id !== 'string') return undefined;
  const folder = asObject(state.cgroup_paths)[''];
  const pid = state.init_process_pid;
  const inTree = typeof folder === 'string' && folder.startsWith(`${mount.path}/`) ? folder : undefined;
  const cgroupPath =
    inTree !== undefined
      ? posix.join(mount.root, inTree.slice(mount.path.length))
      : typeof pid === 'number' && pid > 0
        ? pathOfPid(pid)
        : undefined;
  const { name = shortId(id), ...rest } = readAnnotations(annotationsOf(asObject(state.config).labels));
  return { id, name, runtime, ...rest, ...(cgroupPath === undefined || cgroupPath === '/' ? {} : { cgroupPath }) };
}

function annotationsOf(labels: unknown): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const label of Array.isArray(labels) ? labels : []) {
    const at = typeof label === 'string' ? label.indexOf('=') : -1;
    if (at > 0) annotations[label.slice(0, at)] = label.slice(at + 1);
  }
  return annotations;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
