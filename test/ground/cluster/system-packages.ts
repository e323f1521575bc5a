import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { ClusterError } from './cluster-error.ts';

/** Installs the Debian packages of a list that are missing, with the project's script for it. npm scripts and vitest run in the project's root. */
export async function ensureSystemPackages(names: readonly string[]): Promise<void> {
  const { status } = spawnSync(process.execPath, [resolve('scripts/system-packages.mjs'), ...names], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new ClusterError(`these Debian packages are needed: ${names.join(' ')}`);
}
