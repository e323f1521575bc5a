/**
 * Bundles the command (`packages/cli/dist/waggle.cjs`, and `cluster.cjs`: what a cluster needs, loaded when it is needed), the agent and the
 * gateway, and stores V8's code caches beside the command, so that a start of it compiles nothing. koffi stays outside: it is a native addon with
 * a package of its own.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { runCommand } from './run-command.mjs';

/** Where each bundle begins, and what it becomes. */
const BUNDLES = {
  'packages/cli/src/main.ts': 'packages/cli/dist/waggle.cjs',
  'packages/cli/src/cluster/main.ts': 'packages/cli/dist/cluster.cjs',
  'packages/agent/src/main.ts': 'packages/agent/dist/agent.cjs',
  'packages/gateway/src/main.ts': 'packages/gateway/dist/gateway.cjs',
};

export async function build() {
  await ensureInstalled();
  await Promise.all(Object.entries(BUNDLES).map(([from, to]) => existsSync(from) && bundleProgram(from, to)));
  const code = await runCommand(process.execPath, ['packages/cli/bin/waggle.cjs', '--make-code-cache']);
  if (code !== 0) throw new Error(`storing the code cache ended with code ${code}`);
}

async function bundleProgram(from, to) {
  const { build: bundle } = await import('esbuild');
  const { embedCatalogue } = await import('./embed-catalogue.mjs');
  const { embedManifests } = await import('./embed-manifests.mjs');
  const { lazyBuiltins } = await import('./lazy-builtins.mjs');
  const { lazyPackages } = await import('./lazy-packages.mjs');
  mkdirSync(dirname(to), { recursive: true });
  await bundle({
    entryPoints: [from],
    outfile: to,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: ['source'],
    external: ['koffi'],
    // Another bundle is loaded by `require`, which bin/waggle.cjs answers.
    supported: { 'dynamic-import': false },
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [clusterApart(), embedCatalogue(), embedManifests(), lazyBuiltins(), lazyPackages()],
    define: { 'import.meta.url': 'importMetaUrl', __WAGGLE_VERSION__: JSON.stringify(await version()) },
    banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  });
  writeFileSync(`${dirname(to)}/package.json`, '{ "type": "commonjs" }\n');
}

/** An esbuild plugin: the command loads `cluster/main.ts` as a bundle of its own. */
function clusterApart() {
  return {
    name: 'cluster-apart',
    setup(build) {
      build.onResolve({ filter: /^\.\/cluster\/main\.ts$/ }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path: './cluster.cjs', external: true },
      );
    },
  };
}

async function version() {
  const { readFileSync } = await import('node:fs');
  return JSON.parse(readFileSync('packages/cli/package.json', 'utf8')).version;
}

if (process.argv[1] === new URL(import.meta.url).pathname) await build();
