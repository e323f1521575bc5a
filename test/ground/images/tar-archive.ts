/** A file, folder or symbolic link of a tar archive. */
export type TarEntry =
  | { readonly type: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly type: 'folder'; readonly path: string; readonly mode: number }
  | { readonly type: 'link'; readonly path: string; readonly target: string };

const BLOCK = 512;
const TYPE_FLAGS = { file: '0', link: '2', folder: '5' } as const;
const MAX_PREFIX = 155;
const MAX_NAME = 100;

/**
 * A tar archive (POSIX.1-1988 ustar) that depends on the entries alone: owner root, no times. Paths are relative, and take at most 255 bytes.
 * @throws RangeError for a path that the format cannot hold
 */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    if (entry.type !== 'file') return [header(entry, 0)];
    const padding = Buffer.alloc((BLOCK - (entry.content.length % BLOCK)) % BLOCK);
    return [header(entry, entry.content.length), entry.content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/**
 * `name[100] mode[8] uid[8] gid[8] size[12] mtime[12] checksum[8] typeflag linkname[100] magic[6] version[2] uname[32] gname[32] devmajor[8]
 * devminor[8] prefix[155]`; numbers are octal text.
 */
function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { prefix, name } = splitPath(entry.type === 'folder' ? `${entry.path}/` : entry.path);
  block.write(name, 0);
  block.write(octal(entry.type === 'link' ? 0o777 : entry.mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148); // The checksum is computed with spaces in its own place.
  block.write(TYPE_FLAGS[entry.type], 156);
  if (entry.type === 'link') block.write(fitting(entry.target, MAX_NAME), 157);
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 7)}\0 `, 148);
  return block;
}

/** Long paths are split at a slash. */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= MAX_NAME) return { prefix: '', name: path };
  for (let at = path.indexOf('/'); at > 0 && at < path.length - 1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= MAX_PREFIX && Buffer.byteLength(name) <= MAX_NAME) return { prefix, name };
  }
  throw new RangeError(`a tar archive cannot hold this path: ${path}`);
}

function fitting(text: string, max: number): string {
  if (Buffer.byteLength(text) > max) throw new RangeError(`a tar archive cannot hold this link: ${text}`);
  return text;
}

/** Of `width` bytes with the zero byte behind it. */
function octal(value: number, width: number): string {
  return value.toString(8).padStart(width - 1, '0');
}
