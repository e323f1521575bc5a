import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, makeEntry } from './cache-folder.ts';
import { runTool } from './run-tool.ts';

/** What a disk holds. */
export interface DiskContent {
  /** The file system's label; at most 16 bytes. */
  readonly label: string;
  /** Changes with the content. */
  readonly key: string;
  /** Files, symbolic links and whole folders of this machine, each with its place on the disk. */
  readonly files: Iterable<readonly [source: string, place: string]>;
}

/** Room on the disk for what the guest writes; it costs nothing until it is written. */
const FREE_BYTES = 1024 * 1024 * 1024;

/** A disk image (ext4) with that content, made once and kept in the cache. @returns its path */
export async function diskImage(content: DiskContent, say: (progress: string) => void): Promise<string> {
  const folder = join(cacheFolder(), 'disks', content.label);
  const entry = join(folder, createHash('sha256').update(content.key).digest('hex').slice(0, 24));
  const image = join(entry, 'image');
  if (existsSync(image)) return image;
  say(`making the disk "${content.label}" …`);
  await makeEntry(entry, async (unfinished) => {
    const root = join(unfinished, 'root');
    mkdirSync(root);
    for (const [source, place] of content.files) copy(source, join(root, place));
    const path = join(unfinished, 'image');
    writeFileSync(path, '');
    truncateSync(path, Math.ceil(sizeOf(root) * 1.1) + FREE_BYTES);
    await runTool('mke2fs', ['-q', '-F', '-t', 'ext4', '-O', '^has_journal', '-L', content.label, '-d', root, path]);
    rmSync(root, { recursive: true });
  });
  forgetOthers(folder, entry);
  return image;
}

function copy(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
}

/** Whole blocks, as they will lie on the disk. */
function sizeOf(path: string): number {
  const stat = lstatSync(path);
  const own = Math.ceil(stat.size / 4096) * 4096 + 512;
  if (!stat.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), own);
}

/** A disk that nobody made for an hour is of an older state. One that is in use stays until its machine ends. */
function forgetOthers(folder: string, newest: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (path !== newest && Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { recursive: true });
  }
}
