import { existsSync } from 'node:fs';
import { addressOf, fileOffsetOf } from '../elf/address-map.ts';
import { buildId } from '../elf/notes.ts';
import type { Elf } from '../elf/read-elf.ts';
import { type ElfSymbol, readSymbols, type SymbolTable } from '../elf/symbol-table.ts';
import { withElf } from './open-elf.ts';

/** The symbols of one executable or library. It needs the file no more once it is made. */
export interface FileSymbols {
  /** Hexadecimal; undefined where the linker gave none. */
  readonly buildId: string | undefined;
  /** The virtual address at which the loader puts a byte of the file, before relocation. */
  addressOf(fileOffset: number): bigint | undefined;
  /** The byte of the file that lies at a virtual address: what uprobes count in. */
  fileOffsetOf(address: bigint): number | undefined;
  find(name: string): ElfSymbol | undefined;
  functionAt(address: bigint): ElfSymbol | undefined;
  /** Every function by name; those of two tables come once. */
  functions(): Iterable<ElfSymbol>;
}

/** Where distributions put the symbols that they strip from files, by build id. */
const DEBUG_FOLDER = '/usr/lib/debug/.build-id';

/**
 * Reads the symbol tables of a file: the full one, that of its debug file where it was stripped, and the one for
 * dynamic linking.
 *
 * @param debugRoot folder in front of /usr/lib/debug: a container's root.
 * @throws ElfError
 */
export function readFileSymbols(elf: Elf, debugRoot = ''): FileSymbols {
  const id = buildId(elf);
  const full = readSymbols(elf, '.symtab') ?? readDebugSymbols(id, debugRoot);
  const dynamic = readSymbols(elf, '.dynsym');
  const tables = [full, dynamic].filter((table) => table !== undefined);
  return {
    buildId: id,
    addressOf: (fileOffset) => addressOf(elf, fileOffset),
    fileOffsetOf: (address) => fileOffsetOf(elf, address),
    find: (name) => first(tables, (table) => table.find(name)),
    functionAt: (address) => first(tables, (table) => table.functionAt(address)),
    functions: () => eachFunction(tables),
  };
}

function readDebugSymbols(id: string | undefined, root: string): SymbolTable | undefined {
  if (id === undefined) return undefined;
  const path = `${root}${DEBUG_FOLDER}/${id.slice(0, 2)}/${id.slice(2)}.debug`;
  return existsSync(path) ? withElf(path, (elf) => readSymbols(elf, '.symtab')) : undefined;
}

function first<T>(tables: readonly SymbolTable[], ask: (table: SymbolTable) => T | undefined): T | undefined {
  for (const table of tables) {
    const answer = ask(table);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function* eachFunction(tables: readonly SymbolTable[]): Iterable<ElfSymbol> {
  const seen = new Set<string>();
  for (const table of tables) {
    for (const symbol of table.functions()) {
      if (seen.has(symbol.name)) continue;
      seen.add(symbol.name);
      yield symbol;
    }
  }
}
