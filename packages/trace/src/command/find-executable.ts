import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandError } from './command-error.ts';

/**
 * The file that execvp(3) would run: `name` itself where it has a slash, else the first executable of that name in PATH.
 *
 * @throws CommandError `NOT_FOUND`; `NOT_EXECUTABLE` where there is only a folder, or a file that this user may not run
 */
export function findExecutable(name: string, searchPath = process.env.PATH ?? '/usr/bin:/bin'): string {
  const candidates = name.includes('/')
    ? [name]
    : searchPath.split(delimiter).map((folder) => join(folder === '' ? '.' : folder, name));
  let refused: string | undefined;
  for (const path of name === '' ? [] : candidates) {
    const verdict = inspect(path);
    if (verdict === 'executable') return path;
    if (verdict !== 'missing') refused ??= `cannot run ${path}: ${verdict}`;
  }
  if (refused !== undefined) throw new CommandError('NOT_EXECUTABLE', refused);
  throw new CommandError('NOT_FOUND', `${name === '' ? '""' : name}: command not found`);
}

function inspect(path: string): 'executable' | 'missing' | 'it is a folder' | 'permission denied' {
  let stat: ReturnType<typeof statSync>;
  try {
    stat = statSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'permission denied' : 'missing';
  }
  if (stat.isDirectory()) return path.includes('/') ? 'it is a folder' : 'missing';
  try {
    // For root access(2) already wants an execute bit of somebody's.
    accessSync(path, constants.X_OK);
    return 'executable';
  } catch {
    return 'permission denied';
  }
}
