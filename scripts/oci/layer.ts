import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { completeTree, type ImageFile } from './image-file.ts';
import { makeTar, type TarEntry } from './make-tar.ts';

/** A layer as images hold it. */
export interface Layer {
  /** Of the uncompressed tar: `sha256:…`. */
  readonly diffId: string;
  /** The tar, compressed with gzip. */
  readonly blob: Buffer;
}

/**
 * Makes a layer of files. The same files give the same bytes: entries are sorted, owned by root, and of the year 1970; the gzip header carries
 * no time.
 *
 * @param level of compression, 1 to 9
 */
export async function makeLayer(files: readonly ImageFile[], level = 6): Promise<Layer> {
  const tar = await makeTar(completeTree(files).map(tarEntry));
  const blob = await promisify(gzip)(tar, { level });
  return { blob, diffId: `sha256:${createHash('sha256').update(tar).digest('hex')}` };
}

function tarEntry(file: ImageFile): TarEntry {
  const name = file.path.slice(1);
  if ('link' in file) return { header: { name, type: 'symlink', linkname: file.link, mode: 0o777 } };
  if ('folder' in file) return { header: { name: `${name}/`, type: 'directory', mode: file.mode } };
  return { header: { name, mode: file.mode }, content: Buffer.from(file.content as string) };
}
