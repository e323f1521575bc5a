import { type FileSymbols, readFileSymbols } from './file-symbols.ts';
import type { FileKey } from './open-elf.ts';
import { withElf } from './open-elf.ts';
import { SymbolError } from './symbol-error.ts';

/**
 * Symbols of executables and libraries, read once a file, however many processes and containers map it, by whatever
 * path. What cannot be read has no symbols; that is remembered as well.
 */
export class UserSymbols {
  readonly #files = new Map<FileKey, FileSymbols | undefined>();

  /** Files read so far. */
  get fileCount(): number {
    return this.#files.size;
  }

  /** @param debugRoot folder in front of /usr/lib/debug: a container's root. */
  file(path: string, debugRoot = ''): FileSymbols | undefined {
    try {
      return withElf(path, (elf, key) => {
        if (!this.#files.has(key)) {
          this.#files.set(key, undefined); // Stays so where the tables are damaged.
          this.#files.set(key, readFileSymbols(elf, debugRoot));
        }
        return this.#files.get(key);
      });
    } catch (error) {
      if (error instanceof SymbolError) return undefined;
      throw error;
    }
  }
}
