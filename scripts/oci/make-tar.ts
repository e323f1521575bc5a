import { type Header, pack } from 'tar-stream';

export interface TarEntry {
  readonly header: Pick<Header, 'name' | 'mode'> & Partial<Pick<Header, 'type' | 'linkname'>>;
  readonly content?: Uint8Array;
}

/** A tar in memory. Entries are owned by root and of the year 1970: the same entries give the same bytes. */
export async function makeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack();
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    tar.on('data', (chunk) => chunks.push(chunk as Uint8Array));
    tar.once('end', resolve);
    tar.once('error', reject);
  });
  for (const { header, content = new Uint8Array() } of entries) {
    tar.entry({ ...header, uid: 0, gid: 0, mtime: new Date(0) }, content);
  }
  tar.finalize();
  await ended;
  return Buffer.concat(chunks);
}
