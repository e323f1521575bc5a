import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DiskContent } from './disk-image.ts';

/** The checkout; it lies at the same path in the guest. */
export const PROJECT = repositoryRoot();

/** npm packages that the tests run on; those that the project's packages depend on come along. */
const TEST_MODULES = ['vitest', 'fast-check', 'esbuild', 'yaml'];
const TOP_FILES = [
  'build/vm/guest',
  'package.json',
  'vitest.config.ts',
  'tsconfig.json',
  'README.md',
  'packages',
  'test',
  'scripts',
];
const NEVER = new Set(['node_modules', '.git']);

/** The checkout as it is now, built, with the npm packages that it and its tests need. */
export function projectDisk(): DiskContent {
  const files = TOP_FILES.map((name) => join(PROJECT, name))
    .filter(existsSync)
    .flatMap(walk);
  const modules = moduleFolders();
  const hash = createHash('sha256').update('1');
  for (const file of files) hash.update(`${relative(PROJECT, file)}\0`).update(contentOf(file));
  for (const folder of modules) hash.update(`${folder}\0`).update(readFileSync(join(folder, 'package.json')));
  const links = ['@waggle', 'waggle', '.bin'].map((name) => join(PROJECT, 'node_modules', name)).filter(existsSync);
  return {
    label: 'waggle-project',
    key: hash.digest('hex'),
    files: [...files, ...modules, ...links].map((path) => [path, relative(PROJECT, path)] as const),
  };
}

function walk(path: string): string[] {
  if (!lstatSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => !NEVER.has(name));
  return names.flatMap((name) => walk(join(path, name))).sort();
}

function contentOf(file: string): Buffer | string {
  return lstatSync(file).isSymbolicLink() ? readlinkSync(file) : readFileSync(file);
}

/** Folders of npm packages, from those that are asked for down to the last dependency that is installed. */
function moduleFolders(): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = resolveModule(name, from);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const { dependencies, optionalDependencies, peerDependencies } = manifest(folder);
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      visit(next, folder);
  };
  for (const name of TEST_MODULES) visit(name, PROJECT);
  for (const name of readdirSync(join(PROJECT, 'packages'))) {
    const folder = join(PROJECT, 'packages', name);
    if (!existsSync(join(folder, 'package.json'))) continue;
    const { dependencies, devDependencies } = manifest(folder);
    for (const next of Object.keys({ ...dependencies, ...devDependencies })) visit(next, folder);
  }
  return [...found].filter((folder) => !lstatSync(folder).isSymbolicLink()).sort();
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Where Node.js finds a package from a folder; not the project's own, which are links into `packages/`. */
function resolveModule(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(PROJECT); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return lstatSync(path).isSymbolicLink() ? undefined : path;
  }
  return undefined;
}

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) folder = dirname(folder);
  return folder;
}
