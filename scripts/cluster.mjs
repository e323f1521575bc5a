/** `npm run cluster`: bundles the command of the test cluster, and runs it. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';

const OUT = resolve('build/cluster/main.mjs');

await ensureInstalled();
const { build: bundle } = await import('esbuild');
await bundle({
  entryPoints: ['test/ground/cluster/main.ts'],
  outfile: OUT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['source'],
  logLevel: 'warning',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
await import(pathToFileURL(OUT).href); // It is this process, to which signals and exit code belong.
