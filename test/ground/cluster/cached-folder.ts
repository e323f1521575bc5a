import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const MANIFEST = 'sha256.json';

/** Where things that take long to make are kept between runs, outside of the repository. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waggle');
}

/**
 * A folder of the cache, made when it is missing or damaged. The manifest with the files' checksums is verified at every use. `make` fills
 * a folder that becomes the cached one in a single step at its end: what is interrupted leaves no half.
 *
 * @param folder its name tells what is in it, with its version
 */
export async function cachedFolder(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  if (await isIntact(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const draft = `${folder}.draft-${process.pid}`;
  removeDrafts(folder);
  mkdirSync(draft);
  try {
    await make(draft);
    writeFileSync(join(draft, MANIFEST), `${JSON.stringify(await checksums(draft), null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Whether all files of the manifest are there, and as they were. */
async function isIntact(folder: string): Promise<boolean> {
  const manifest = join(folder, MANIFEST);
  if (!existsSync(manifest)) return false;
  try {
    const wanted: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return JSON.stringify(wanted) === JSON.stringify(await checksums(folder));
  } catch {
    return false; // The manifest itself is damaged.
  }
}

/** Drafts of processes that did not get to remove them. The caller is the only one at work. */
function removeDrafts(folder: string): void {
  const cache = dirname(folder);
  for (const name of readdirSync(cache)) {
    if (name.startsWith(`${basename(folder)}.draft-`)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** Name → SHA-256 of the files in a flat folder, in the order of their names. */
async function checksums(folder: string): Promise<Record<string, string>> {
  const names = readdirSync(folder)
    .filter((name) => name !== MANIFEST)
    .sort();
  const sums = await Promise.all(names.map(async (name) => [name, await sha256(join(folder, name))] as const));
  return Object.fromEntries(sums);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}
