import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import type { DiskContent } from './disk-image.ts';
import { runTool } from './run-tool.ts';

/** Debian packages that the tests' workloads use; what they depend on comes along. */
const PACKAGES = [
  'base-files',
  'bash',
  'bsdutils',
  'busybox-static',
  'coreutils',
  'dash',
  'findutils',
  'gcc',
  'grep',
  'libc-bin',
  'libc6-dev',
  'mount',
  'openssl',
  'procps',
  'runc',
  'sed',
  'util-linux',
];

const NEVER = /^\/usr\/share\/(doc|man|locale|info|lintian|bash-completion)\/|^\/(var|etc\/(init\.d|cron))/;

/** Debian as it is installed on this machine, as far as the project's tests need it, and this Node.js. */
export async function systemDisk(): Promise<DiskContent> {
  const packages = await withDependencies(PACKAGES);
  const query = ['-W', '-f', lineOf('Package', 'Version'), ...packages];
  const versions = await runTool('dpkg-query', query);
  const node = realpathSync(process.execPath);
  const { size, mtimeMs } = statSync(node);
  return {
    label: 'waggle-system',
    key: JSON.stringify(['1', versions, node, size, mtimeMs, process.version]),
    files: [...new Map([...(await filesOf(packages)), ...(await nodeFiles(node)), ...usrMerge()])],
  };
}

async function withDependencies(names: readonly string[]): Promise<string[]> {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const text = await runTool('apt-cache', ['depends', '--recurse', '--installed', ...only, ...names]);
  const found = text.split('\n').filter((line) => /^[a-z0-9]/.test(line));
  const statuses = await runTool('dpkg-query', ['-W', '-f', lineOf('Package', 'db:Status-Status')]);
  const lines = statuses.split('\n').filter((line) => line.endsWith(' installed'));
  const installed = new Set(lines.map((line) => line.split(' ')[0]!));
  const missing = names.filter((name) => !installed.has(name));
  if (missing.length > 0) throw new Error(`please install these packages first: ${missing.join(' ')}`);
  return [...new Set([...names, ...found])].filter((name) => installed.has(name)).sort();
}

/** A format of dpkg-query: these fields, a line for each package. */
function lineOf(...fields: readonly string[]): string {
  return `${fields.map((field) => `\${${field}}`).join(' ')}\\n`;
}

async function filesOf(packages: readonly string[]): Promise<[string, string][]> {
  const listed = (await runTool('dpkg-query', ['-L', ...packages])).split('\n');
  const files = listed.filter((path) => path.startsWith('/') && !NEVER.test(path) && isFileOrLink(path));
  // Made by scripts of the packages, not part of them.
  const made = ['/etc/ld.so.cache', '/etc/passwd', '/etc/group', '/bin/sh'];
  return [...files, ...made].map((path) => [realPlace(path), realPlace(path)]);
}

async function nodeFiles(node: string): Promise<[string, string][]> {
  const libraries = (await runTool('ldd', [node])).matchAll(/=> (\/\S+)/g);
  return [
    [node, '/usr/bin/node'],
    ...[...libraries].flatMap(([, path]): [string, string][] => {
      const real = realpathSync(path!);
      return [
        [real, realPlace(path!)],
        [real, real],
      ];
    }),
  ];
}

/** `/bin`, `/sbin`, `/lib`, `/lib64` as links, as they are here. */
function usrMerge(): [string, string][] {
  return ['/bin', '/sbin', '/lib', '/lib64'].filter(isLink).map((path) => [path, path]);
}

/** A path without the links of merged `/usr` in it: `/bin/ls` is `/usr/bin/ls`. */
function realPlace(path: string): string {
  const top = `/${path.split('/')[1]}`;
  return isLink(top) ? path.replace(top, `/${readlinkSync(top)}`.replace('//', '/')) : path;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function isFileOrLink(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isDirectory() && !isTopLink(path);
}

function isTopLink(path: string): boolean {
  return ['/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32'].includes(path);
}
