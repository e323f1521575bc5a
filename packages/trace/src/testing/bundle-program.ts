import { existsSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/**
 * Builds a program of this folder into one file, for tests that need a process of their own to stop or kill.
 *
 * @returns its path, below `folder`.
 */
export function bundleProgram(source: URL, folder: string): string {
  const entry = fileURLToPath(source);
  // koffi stays outside of the bundle: it is looked for beside it.
  const outfile = join(folder, `${basename(entry, '.ts')}.mjs`);
  symlinkSync(modulesAbove(dirname(entry)), join(folder, 'node_modules'));
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    external: ['koffi'],
    logLevel: 'error',
  });
  return outfile;
}

function modulesAbove(folder: string): string {
  const modules = join(folder, 'node_modules');
  return existsSync(join(modules, 'koffi')) ? modules : modulesAbove(dirname(folder));
}
