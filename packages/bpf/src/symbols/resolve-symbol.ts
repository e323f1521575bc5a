import { type FileSymbols, readFileSymbols } from './file-symbols.ts';
import { globMatcher } from './glob.ts';
import { withElf } from './open-elf.ts';
import { SymbolError } from './symbol-error.ts';

/** Where a symbol lies in its file. */
export interface ResolvedSymbol {
  readonly name: string;
  /** What a uprobe attaches to. */
  readonly fileOffset: number;
  /** 0 where the file does not tell. */
  readonly sizeBytes: number;
}

/**
 * Finds a symbol of an executable or library.
 *
 * @throws SymbolError where the file or the symbol is not there, or it is not in a part that the file holds.
 */
export function resolveSymbol(path: string, symbol: string): ResolvedSymbol {
  return withElf(path, (elf) => {
    const symbols = readFileSymbols(elf);
    const found = symbols.find(symbol);
    if (found === undefined) {
      const text = `cannot find symbol "${symbol}" in ${path}: not in its symbol tables`;
      throw new SymbolError('NO_SUCH_SYMBOL', text, path, symbol);
    }
    const fileOffset = symbols.fileOffsetOf(found.address);
    if (fileOffset === undefined) {
      const text = `cannot probe symbol "${symbol}" of ${path}: it is not in the file's code`;
      throw new SymbolError('NOT_CODE', text, path, symbol);
    }
    return { name: symbol, fileOffset, sizeBytes: found.sizeBytes };
  });
}

/**
 * The functions of a file whose names match a pattern of `*` and `?`, sorted by name.
 *
 * @throws SymbolError where the file is not there.
 */
export function listSymbols(path: string, pattern = '*'): readonly ResolvedSymbol[] {
  return withElf(path, (elf) => {
    const matches = globMatcher(pattern);
    return [...resolveEach(readFileSymbols(elf), matches)].sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

function* resolveEach(symbols: FileSymbols, matches: (name: string) => boolean): Iterable<ResolvedSymbol> {
  for (const { name, address, sizeBytes } of symbols.functions()) {
    if (!matches(name)) continue;
    const fileOffset = symbols.fileOffsetOf(address);
    if (fileOffset !== undefined) yield { name, fileOffset, sizeBytes };
  }
}
