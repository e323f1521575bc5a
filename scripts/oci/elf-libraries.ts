import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import type { ImageFile } from './image-file.ts';

/**
 * A program of this machine with the shared libraries and the loader that it needs, at the places where the loader looks for them.
 *
 * @throws Error where a library is missing
 */
export function programWithLibraries(program: string, path: string): ImageFile[] {
  const listing = execFileSync('ldd', [program], { encoding: 'utf8' });
  const missing = [...listing.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
  if (missing.length > 0) throw new Error(`${program} needs ${missing.join(', ')}, not found on this machine`);
  const libraries = [...listing.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, library]) => library!);
  const places = [...new Set(libraries)].sort();
  return [file(program, path), ...places.map((library) => file(library, library))];
}

function file(from: string, path: string): ImageFile {
  return { path, mode: 0o755, content: readFileSync(realpathSync(from)) };
}
