import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { PROJECT } from './project-disk.ts';
import { runTool } from './run-tool.ts';

/** Where the bundles lie, in the checkout as in the guest. */
const BUNDLES = join(PROJECT, 'build', 'vm', 'guest');
const PROGRAM_FOLDER = join(BUNDLES, 'programs');
/** The workload that many tests compile. */
const CALLS = join(PROJECT, 'test', 'support', 'calls.c');
const GUEST = join(PROJECT, 'test', 'ground', 'vm', 'guest');

/** Tests of the kernel tier that say nothing about a kernel, or need what the guest does not have, and why. */
const NOT_IN_GUESTS: Readonly<Record<string, string>> = {
  'packages/agent/src/agent.kernel.test.ts': 'it is about the agent and the API server, on any kernel alike',
  'packages/bpf/src/readme.kernel.test.ts': 'it loads TypeScript that it wrote itself',
};

/** Programs that tests build for processes of their own. */
const PROGRAMS: readonly string[] = [
  'packages/bpf/src/links/holds-links.test-kit.ts',
  'packages/trace/src/testing/hold-command.ts',
  'packages/trace/src/testing/trace-program.ts',
];

/** Paths of the bundles, the same on host and guest. */
export interface GuestTests {
  readonly runner: string;
  /** In the order of the files. */
  readonly bundles: readonly string[];
}

const OPTIONS = {
  absWorkingDir: PROJECT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['source'],
  external: ['koffi'],
  // Bundled packages in the older module format ask for Node.js's own modules with `require`.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  logLevel: 'error',
} as const satisfies BuildOptions;

/** The tests that run in every guest: `*.kernel.test.ts`, and `*.vm.test.ts`, which need what only those kernels have. */
export function guestTestFiles(): readonly string[] {
  const found = ['packages', 'test'].flatMap((folder) => walk(join(PROJECT, folder)));
  const paths = found.map((path) => relative(PROJECT, path));
  return paths.filter((path) => isGuestTest(path) && NOT_IN_GUESTS[path] === undefined).sort();
}

function isGuestTest(path: string): boolean {
  return /\.(kernel|vm)\.test\.ts$/.test(path);
}

/** Bundles test files with the guest's runner. What they share is in chunks of its own, loaded once. */
export async function bundleGuestTests(paths: readonly string[]): Promise<GuestTests> {
  rmSync(BUNDLES, { recursive: true, force: true });
  mkdirSync(BUNDLES, { recursive: true });
  const runner = join(GUEST, 'run-tests.ts');
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: [runner, ...paths.map((path) => join(PROJECT, path))],
    outdir: BUNDLES,
    splitting: true,
    alias: { vitest: join(GUEST, 'vitest-in-guest.ts'), esbuild: join(GUEST, 'esbuild-in-guest.ts') },
    plugins: [compiledCalls(), ownPlaces()],
    metafile: true,
  });
  await build({
    ...OPTIONS,
    entryPoints: PROGRAMS.map((path) => join(PROJECT, path)),
    outbase: PROJECT,
    outdir: PROGRAM_FOLDER,
  });
  await runTool('gcc', ['-O1', '-static', '-Wno-unused-result', '-o', join(PROGRAM_FOLDER, 'calls'), CALLS]);
  const outputs = new Map<string, string>();
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint !== undefined) outputs.set(entryPoint, join(PROJECT, output));
  }
  const bundleOf = (path: string): string => outputs.get(path.split(sep).join('/'))!;
  return {
    runner: bundleOf(relative(PROJECT, runner)),
    bundles: paths.map(bundleOf),
  };
}

/** Tests in the guest get the workload of `calls.ts` compiled. */
function compiledCalls(): Plugin {
  return {
    name: 'compiled-calls',
    setup({ onResolve }) {
      onResolve({ filter: /\/calls\.ts$/ }, () => ({ path: join(GUEST, 'calls-in-guest.ts') }));
    },
  };
}

/** `import.meta.url` of a bundled module is that of its source: modules find files beside them. */
function ownPlaces(): Plugin {
  return {
    name: 'own-places',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.url')) return undefined;
        const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
        return { contents, loader: 'ts' };
      });
    },
  };
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : walk(path);
    return [path];
  });
}
