const MAGIC = 'glibc-ld.so.cache1.1';
const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;
/** Flags of 64-bit libraries: FLAG_ELF_LIBC6 with the architecture (sysdeps/generic/ldconfig.h of glibc). */
const FLAGS: Readonly<Record<string, number>> = { x64: 0x0303, arm64: 0x0a03 };

/**
 * Reads /etc/ld.so.cache: where the dynamic loader finds libraries by name.
 *
 * Layout: `char magic[20]; u32 count, stringBytes, …` (48 bytes), then `{i32 flags; u32 name, path; u32 osVersion; u64
 * hwcap}` with offsets of C strings from the magic. An older format may stand in front.
 *
 * @returns path by name (`libc.so.6`), the first where a name is there twice; nothing where the format is another.
 */
export function parseLibraryCache(cache: Buffer, arch: string = process.arch): ReadonlyMap<string, string> {
  const libraries = new Map<string, string>();
  const base = cache.indexOf(MAGIC);
  if (base < 0 || base + HEADER_BYTES > cache.length) return libraries;
  const count = cache.readUInt32LE(base + 20);
  for (let i = 0; i < count; i++) {
    const at = base + HEADER_BYTES + i * ENTRY_BYTES;
    if (at + ENTRY_BYTES > cache.length) break;
    if (cache.readInt32LE(at) !== FLAGS[arch]) continue;
    const name = readCString(cache, base + cache.readUInt32LE(at + 4));
    if (!libraries.has(name)) libraries.set(name, readCString(cache, base + cache.readUInt32LE(at + 8)));
  }
  return libraries;
}

function readCString(cache: Buffer, start: number): string {
  const end = cache.indexOf(0, start);
  return cache.toString('utf8', start, end < 0 ? cache.length : end);
}
