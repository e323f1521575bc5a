import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupHierarchies, cgroupPids } from './cgroups.ts';
import type { ClusterLayout } from './cluster-layout.ts';
import { mountsBelow } from './remove-cluster.ts';
import { run } from './run.ts';

/** Namespaces, as `/proc/PID/ns` names them, of all processes of a cluster but those of this process. */
export function namespacesOfCluster({ cgroup }: ClusterLayout): ReadonlySet<string> {
  const ours = new Set(namespacesOf('self'));
  const all = [...cgroupPids(cgroup)].flatMap((pid) => namespacesOf(String(pid)));
  return new Set(all.filter((name) => !ours.has(name)));
}

/**
 * Whatever this machine still shows of a cluster, in words; empty when nothing is left.
 * @param namespaces that it had
 */
export async function tracesOfCluster(
  layout: ClusterLayout,
  namespaces: ReadonlySet<string>,
): Promise<readonly string[]> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const links = JSON.parse(await run('ip', ['-json', 'link'])) as readonly { readonly ifname: string }[];
  const routes = await run('ip', ['route', 'show', 'table', 'all']);
  const names = [layout.bridge, ...layout.nodes.map(({ hostLink }) => hostLink)];
  return [
    ...pids.filter((pid) => read(`/proc/${pid}/cmdline`).includes(`${layout.folder}/`)).map((pid) => `process ${pid}`),
    ...pids.flatMap((pid) =>
      namespacesOf(pid)
        .filter((name) => namespaces.has(name))
        .map((name) => `${name} of ${pid}`),
    ),
    ...cgroupHierarchies()
      .map((hierarchy) => join(hierarchy, layout.cgroup))
      .filter((folder) => existsSync(folder)),
    ...mountsBelow(layout.folder),
    ...links.map(({ ifname }) => ifname).filter((name) => names.includes(name)),
    ...routes.split('\n').filter((route) => names.some((name) => route.includes(`dev ${name} `))),
    ...(existsSync(layout.folder) ? [layout.folder] : []),
  ];
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
