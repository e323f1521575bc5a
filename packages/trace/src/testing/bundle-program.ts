import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/**
 * Builds a program of this folder into one file, for tests that need a process of their own to stop or kill.
 *
 * @returns its path, below `folder`.
 */
export function bundleProgram(source: URL, folder: string): string {
  const entry = fileURLToPath(source);
  // A link to our dependencies lies beside it: koffi stays outside of the bundle.
  const outfile = join(folder, `${basename(entry, '.ts')}.mjs`);
  mkdirSync(folder, { recursive: true });
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    external: ['koffi'],
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(${JSON.stringify(entry)});`,
    },
    logLevel: 'error',
  });
  return outfile;
}
