import { readdirSync, readFileSync, statSync } from 'node:fs';
import { parseLibraryCache } from './library-cache.ts';
import { SymbolError } from './symbol-error.ts';

const TRIPLETS: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const LIBRARY_FOLDERS = [
  `/lib/${TRIPLETS[process.arch]}`,
  `/usr/lib/${TRIPLETS[process.arch]}`,
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];
const PROGRAM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Finds what a user calls a program or library: a path; the name of a program on PATH (`bash`); a library, with or
 * without `lib` in front and `.so…` behind (`libc`, `c`, `libc.so.6`).
 *
 * @param root the folder to look in: `/proc/PID/root` for a container's files. The result starts with it.
 * @throws SymbolError where there is none.
 */
export function findBinary(name: string, root = ''): string {
  if (name.includes('/')) return `${root}${name}`;
  const found = findProgram(name, root) ?? findLibrary(name, root);
  if (found !== undefined) return found;
  throw new SymbolError('NO_SUCH_FILE', `cannot find "${name}": neither a program on PATH nor a library`, name);
}

/** A library by its short or full name; undefined where there is none. As `findBinary`, but never a program. */
export function findLibrary(name: string, root = ''): string | undefined {
  const wanted = libraryPattern(name);
  for (const [candidate, path] of readCache(root)) {
    if (wanted.test(candidate) && isFile(`${root}${path}`)) return `${root}${path}`;
  }
  for (const folder of LIBRARY_FOLDERS) {
    const candidate = listFolder(`${root}${folder}`).find((entry) => wanted.test(entry));
    if (candidate !== undefined) return `${root}${folder}/${candidate}`;
  }
  return undefined;
}

function findProgram(name: string, root: string): string | undefined {
  const folders = root === '' ? (process.env.PATH?.split(':') ?? PROGRAM_FOLDERS) : PROGRAM_FOLDERS;
  const paths = folders.map((folder) => `${root}${folder}/${name}`);
  return paths.find((path) => isFile(path, 0o111));
}

/**
 * `c` and `libc` mean `libc.so` with any version; a name with `.so` in it means just that, or with a version behind.
 */
function libraryPattern(name: string): RegExp {
  const literal = name.replace(/[.+*?^${}()|[\]\\]/g, '\\$&');
  if (/\.so(?:\.|$)/.test(name)) return new RegExp(`^${literal}(?:\\.[0-9.]+)?$`);
  return new RegExp(`^(?:lib)?${literal}(?:-[0-9.]+)?\\.so(?:\\.[0-9.]+)?$`);
}

function readCache(root: string): ReadonlyMap<string, string> {
  try {
    return parseLibraryCache(readFileSync(`${root}/etc/ld.so.cache`));
  } catch {
    return new Map(); // musl has none.
  }
}

function isFile(path: string, mode = 0): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && (mode === 0 || (stat.mode & mode) !== 0);
}

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
