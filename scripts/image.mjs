/** Builds waggle's container image without Docker: `npm run image -- --help`. */
import { build } from './build.mjs';
import { runCommand } from './run-command.mjs';

const OUT = 'build/image/main.mjs';
const words = process.argv.slice(2);

if (words.some((word) => /^--(output|folder)(=|$)/.test(word))) await build();
const { ensureInstalled } = await import('./install.mjs');
await ensureInstalled();
const { build: bundle } = await import('esbuild');
await bundle({
  entryPoints: ['scripts/oci/main.ts'],
  outfile: OUT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
process.exit(await runCommand(process.execPath, [OUT, ...words]));
