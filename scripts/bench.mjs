/**
 * The benchmarks: builds the command and the benchmark's own programs, and runs them. Words behind `npm run bench --` choose sections and
 * peers: see `bench/README.md`.
 */
import { build } from './build.mjs';
import { embedCatalogue } from './embed-catalogue.mjs';
import { runCommand } from './run-command.mjs';

const OUT = 'build/bench';

if (process.getuid() !== 0) throw new Error('benchmarks load BPF programs: run them as root');
await build();
const { build: bundle } = await import('esbuild');
await bundle({
  entryPoints: ['bench/main.ts', 'bench/processes/*.ts'],
  entryNames: '[name]',
  outdir: OUT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['source'],
  external: ['koffi'],
  logLevel: 'warning',
  plugins: [embedCatalogue()],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
// Node.js reads the certificates that this names at every start, which would be measured too.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
process.exit(await runCommand(process.execPath, ['--expose-gc', `${OUT}/main.mjs`, ...process.argv.slice(2)], { env }));
