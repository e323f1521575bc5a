import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { CgroupMount } from '../cgroup-mount.ts';
import { parseProcCgroup } from '../cgroup-tree.ts';
import type { ContainerRuntime } from '../container-path.ts';
import { type ContainerInfo, shortId } from './container.ts';

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

/**
 * Annotations that name a container, best first: containerd's CRI plugin (the pod's sandbox has none and is named for its
 * pod), CRI-O, nerdctl.
 */
const NAME_ANNOTATIONS: readonly string[] = [
  'io.kubernetes.cri.container-name',
  'io.kubernetes.container.name',
  'nerdctl/name',
  'io.kubernetes.cri.sandbox-name',
];

/** Every container whose state runc keeps in the usual folders. A state that cannot be read is passed over. */
export function listRuncContainers(mount: CgroupMount, roots = RUNC_ROOTS): ContainerInfo[] {
  return roots.flatMap(({ folder, runtime, namespaces }) => {
    const folders = namespaces ? foldersIn(folder).map((name) => join(folder, name)) : [folder];
    return folders.flatMap((parent) =>
      foldersIn(parent).flatMap((id) => {
        const info = readRuncState(join(parent, id, 'state.json'), runtime, mount);
        return info === undefined ? [] : [info];
      }),
    );
  });
}

function readRuncState(file: string, runtime: ContainerRuntime, mount: CgroupMount): ContainerInfo | undefined {
  try {
    return parseRuncState(readFileSync(file, 'utf8'), runtime, mount, pathOfProcess);
  } catch {
    return undefined; // Deleted meanwhile, or being written.
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
  const name = nameOf(asObject(state.config).labels) ?? shortId(id);
  return { id, name, runtime, ...(cgroupPath === undefined || cgroupPath === '/' ? {} : { cgroupPath }) };
}

function nameOf(labels: unknown): string | undefined {
  if (!Array.isArray(labels)) return undefined;
  const values = new Map<string, string>();
  for (const label of labels) {
    if (typeof label !== 'string') continue;
    const at = label.indexOf('=');
    if (at > 0) values.set(label.slice(0, at), label.slice(at + 1));
  }
  for (const annotation of NAME_ANNOTATIONS) {
    const value = values.get(annotation);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
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
