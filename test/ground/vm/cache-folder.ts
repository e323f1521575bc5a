import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where kernels and disk images are kept between runs: `$XDG_CACHE_HOME/waggle/vm`. May be deleted at any time. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(base, 'waggle', 'vm');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Makes an entry of the cache: all of it, or nothing. `make` fills an empty folder, which then gets its name; where
 * another process was faster, that one's entry stays.
 */
export async function makeEntry(path: string, make: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(cacheFolder(), 'unfinished-'));
  try {
    await make(folder);
    mkdirSync(join(path, '..'), { recursive: true });
    renameSync(folder, path);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' && (error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw error;
  }
}
