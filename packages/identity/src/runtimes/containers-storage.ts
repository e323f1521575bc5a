import { readFileSync } from 'node:fs';
import type { ContainerRuntime } from '../container-path.ts';
import { type ContainerInfo, shortId } from './container.ts';

/** Podman's and CRI-O's list of containers (containers/storage), as root. */
export const CONTAINERS_STORAGE = '/var/lib/containers/storage/overlay-containers/containers.json';

/** Containers of Podman and CRI-O, running or not; empty where the file is missing or damaged. */
export function listStoredContainers(file = CONTAINERS_STORAGE): ContainerInfo[] {
  try {
    return parseStoredContainers(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

/**
 * Reads `containers.json`: an array of `{id, names, metadata}`, where `metadata` is JSON text. CRI-O writes `pod-name` into
 * it; its `names` are long (`k8s_cart_shop-1_…`), and the metadata's `container-name` is what people know.
 */
export function parseStoredContainers(text: string): ContainerInfo[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('id' in entry) || typeof entry.id !== 'string') return [];
    const metadata = 'metadata' in entry && typeof entry.metadata === 'string' ? parseMetadata(entry.metadata) : {};
    const names: unknown = 'names' in entry ? entry.names : undefined;
    const first: unknown = Array.isArray(names) ? names[0] : undefined;
    const runtime: ContainerRuntime = typeof metadata['pod-name'] === 'string' ? 'crio' : 'podman';
    const name = [metadata['container-name'], first].find((candidate) => typeof candidate === 'string');
    return [{ id: entry.id, name: typeof name === 'string' ? name : shortId(entry.id), runtime }];
  });
}

function parseMetadata(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
