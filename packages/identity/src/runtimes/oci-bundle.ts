import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRuntime } from '../container-path.ts';
import type { ContainerInfo } from './container.ts';
import { readAnnotations } from './container-annotations.ts';

/**
 * Folders where runtimes prepare the bundle of a container (OCI runtime specification, bundle.md), and where its `config.json` is below them. A
 * bundle is there before the container's cgroup, and until the container is deleted: it is the first that can be known of a container.
 */
export const BUNDLE_ROOTS: readonly BundleRoot[] = [
  { folder: '/run/containerd/io.containerd.runtime.v2.task', namespaces: true, inner: '', runtime: 'containerd' },
  { folder: '/run/k3s/containerd/io.containerd.runtime.v2.task', namespaces: true, inner: '', runtime: 'containerd' },
  { folder: '/run/containers/storage/overlay-containers', namespaces: false, inner: 'userdata', runtime: 'crio' },
];

export interface BundleRoot {
  readonly folder: string;
  /** Below it is one more folder for each of containerd's namespaces. */
  readonly namespaces: boolean;
  /** Between the container's folder and `config.json`. */
  readonly inner: string;
  readonly runtime: ContainerRuntime;
}

/** The container of that id, by the annotations of its bundle; undefined where it has none, or they do not name it. */
export function readBundle(id: string, roots: readonly BundleRoot[] = BUNDLE_ROOTS): ContainerInfo | undefined {
  for (const { folder, namespaces, inner, runtime } of roots) {
    for (const parent of namespaces ? foldersIn(folder) : [folder]) {
      const container = parseBundle(readText(join(parent, id, inner, 'config.json')), id, runtime);
      if (container !== undefined) return container;
    }
  }
  return undefined;
}

/** Reads a `config.json` (config.md of the same specification): `annotations` is an object of texts. */
export function parseBundle(text: string, id: string, runtime: ContainerRuntime): ContainerInfo | undefined {
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config !== 'object' || config === null || !('annotations' in config)) return undefined;
    const { annotations } = config;
    if (typeof annotations !== 'object' || annotations === null) return undefined;
    const { name, ...rest } = readAnnotations(annotations as Record<string, unknown>);
    return name === undefined ? undefined : { id, name, runtime, ...rest };
  } catch {
    return undefined; // Not there, or being written.
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
