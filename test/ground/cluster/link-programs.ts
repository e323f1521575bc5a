import { copyFileSync, linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { KUBERNETES_PROGRAMS } from './kubernetes-binaries.ts';

/**
 * Gives a cluster programs of its own: links where the file system allows them, so that this takes no time and no space. The cache may then be removed or
 * renewed while the cluster runs.
 */
export function linkPrograms(cached: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const program of KUBERNETES_PROGRAMS) {
    const [from, to] = [join(cached, program), join(folder, program)];
    try {
      linkSync(from, to);
    } catch {
      copyFileSync(from, to); // Another file system.
    }
  }
}
