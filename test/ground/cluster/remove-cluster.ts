import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { killCgroup, removeCgroup } from './cgroups.ts';
import { CLUSTERS_FOLDER, type ClusterLayout } from './cluster-layout.ts';
import { removeLinks } from './network.ts';
import { run } from './run.ts';

/**
 * Removes all that a cluster of this layout has, or half has: processes (whatever runs in its cgroups is its own), with them their namespaces and the mounts in those,
 * cgroups, links, files. It may be called again at any time.
 */
export async function removeCluster(layout: ClusterLayout): Promise<void> {
  await killCgroup(layout.cgroup);
  await removeCgroup(layout.cgroup);
  await removeLinks(layout);
  for (const mount of mountsBelow(layout.folder)) await run('umount', ['--lazy', mount]);
  rmSync(layout.folder, { recursive: true, force: true });
  if (existsSync(CLUSTERS_FOLDER) && readdirSync(CLUSTERS_FOLDER).length === 0) rmdirSync(CLUSTERS_FOLDER);
}

/** In our own mount namespace, where there should be none; the last mounted first. What is mounted there must not be removed with the folder. */
export function mountsBelow(folder: string): readonly string[] {
  const places = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return places.filter((place) => place.startsWith(`${folder}/`)).reverse();
}
