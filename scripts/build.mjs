/**
 * Bundles the command into one file, `packages/cli/dist/waggle.cjs`, and stores V8's code cache beside it, so that a start compiles nothing.
 * koffi stays outside: it is a native addon with a package of its own.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { ensureInstalled } from './install.mjs';
import { runCommand } from './run-command.mjs';

const OUT = 'packages/cli/dist';

export async function build() {
  await ensureInstalled();
  const { build: bundle } = await import('esbuild');
  const { embedCatalogue } = await import('./embed-catalogue.mjs');
  const { lazyBuiltins } = await import('./lazy-builtins.mjs');
  mkdirSync(OUT, { recursive: true });
  await bundle({
    entryPoints: ['packages/cli/src/main.ts'],
    outfile: `${OUT}/waggle.cjs`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: ['source'],
    external: ['koffi'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [embedCatalogue(), lazyBuiltins()],
    define: { 'import.meta.url': 'importMetaUrl', __WAGGLE_VERSION__: JSON.stringify(await version()) },
    banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  });
  writeFileSync(`${OUT}/package.json`, '{ "type": "commonjs" }\n');
  const code = await runCommand(process.execPath, ['packages/cli/bin/waggle.cjs', '--make-code-cache']);
  if (code !== 0) throw new Error(`storing the code cache ended with code ${code}`);
}

async function version() {
  const { readFileSync } = await import('node:fs');
  return JSON.parse(readFileSync('packages/cli/package.json', 'utf8')).version;
}

if (process.argv[1] === new URL(import.meta.url).pathname) await build();
