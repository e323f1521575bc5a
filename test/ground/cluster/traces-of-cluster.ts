import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupHierarchies, cgroupPids } from './cgroups.ts';
import type { ClusterLayout } from './cluster-layout.ts';
import { mountsBelow } from './remove-cluster.ts';
import { run } from './run.ts';

/** What must be gone when a cluster is down, besides that which its layout names. */
export interface Inventory {
  /** As `/proc/PID/ns` names them. */
  readonly namespaces: ReadonlySet<string>;
  /** All processes of the machine: the number of a namespace that is gone is soon another's, whose processes are new. */
  readonly pids: ReadonlySet<string>;
}

/** The namespaces that a cluster's processes have, and this process has not. */
export function inventoryOfCluster({ cgroup }: ClusterLayout): Inventory {
  const ours = new Set(namespacesOf('self'));
  const theirs = [...cgroupPids(cgroup)].flatMap((pid) => namespacesOf(String(pid)));
  return { namespaces: new Set(theirs.filter((name) => !ours.has(name))), pids: new Set(allPids()) };
}

/** Whatever this machine still shows of a cluster, in words; empty when nothing is left. */
export async function tracesOfCluster(layout: ClusterLayout, inventory: Inventory): Promise<readonly string[]> {
  const links = JSON.parse(await run('ip', ['-json', 'link'])) as readonly { readonly ifname: string }[];
  const routes = await run('ip', ['route', 'show', 'table', 'all']);
  const names = [layout.bridge, ...layout.nodes.map(({ hostLink }) => hostLink)];
  const inNamespaces = (pid: string) => namespacesOf(pid).filter((name) => inventory.namespaces.has(name));
  return [
    ...allPids().filter((pid) => read(`/proc/${pid}/cmdline`).includes(`${layout.folder}/`)),
    ...allPids().flatMap((pid) => (inventory.pids.has(pid) ? inNamespaces(pid) : [])),
    ...cgroupHierarchies()
      .map((hierarchy) => join(hierarchy, layout.cgroup))
      .filter((folder) => existsSync(folder)),
    ...mountsBelow(layout.folder),
    ...links.map(({ ifname }) => ifname).filter((name) => names.includes(name)),
    ...routes.split('\n').filter((route) => names.some((name) => route.includes(`dev ${name} `))),
    ...(existsSync(layout.folder) ? [layout.folder] : []),
  ];
}

function allPids(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function namespacesOf(pid: string): readonly string[] {
  return ['mnt', 'net', 'uts', 'ipc', 'pid'].flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return []; // Gone meanwhile.
    }
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // Gone meanwhile.
  }
}
