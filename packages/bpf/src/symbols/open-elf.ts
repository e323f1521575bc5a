import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ElfError } from '../elf/elf-error.ts';
import { type Elf, readElf } from '../elf/read-elf.ts';
import { SymbolError } from './symbol-error.ts';

/** Which file it is, whatever its path: changes when the file is replaced or written. */
export type FileKey = string;

/**
 * Opens an ELF file for as long as `use` runs, reading only the parts that are asked for.
 *
 * @throws SymbolError where it cannot be opened or is no 64-bit ELF file.
 */
export function withElf<T>(path: string, use: (elf: Elf, key: FileKey) => T): T {
  const fd = openFile(path);
  try {
    const { dev, ino, size, mtimeMs } = fstatSync(fd);
    const read = (offset: number, length: number): Uint8Array => {
      const bytes = Buffer.allocUnsafeSlow(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    };
    return use(readElf({ sizeBytes: size, read }), `${dev}:${ino}:${size}:${mtimeMs}`);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new SymbolError('BAD_FILE', `cannot read ${path}: ${error.message}`, path, undefined, error);
  } finally {
    closeSync(fd);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new SymbolError('NO_SUCH_FILE', `cannot open ${path}: ${(cause as Error).message}`, path, undefined, cause);
  }
}
