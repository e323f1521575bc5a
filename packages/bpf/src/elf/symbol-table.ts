import type { ByteOrder } from '../asm/byte-order.ts';
import { wordsOf } from '../asm/byte-order.ts';
import { ElfError } from './elf-error.ts';
import { SECTION_TYPE, SHN_UNDEF, STT_GNU_IFUNC, SYMBOL_BINDINGS, SYMBOL_SIZE, SYMBOL_TYPES } from './elf-format.ts';
import { elfString } from './elf-string.ts';
import type { Elf, ElfSection } from './read-elf.ts';
import { sectionBytes } from './read-elf.ts';
import type { Addresses } from './sort-by-address.ts';
import { sortByAddress } from './sort-by-address.ts';

export interface ElfSymbol {
  /** In its table. */
  readonly index: number;
  readonly name: string;
  /** Virtual address; in relocatable files, the offset in its section. */
  readonly address: bigint;
  readonly sizeBytes: number;
  /** `ifunc`: a function that the loader asks which function to take. */
  readonly type: (typeof SYMBOL_TYPES)[number] | 'ifunc' | 'other';
  readonly binding: (typeof SYMBOL_BINDINGS)[number] | 'other';
  /** `st_shndx`: 0 where the symbol is wanted, not defined. */
  readonly sectionIndex: number;
}

/** The symbols of a file: `.symtab` has all but is often stripped, `.dynsym` those that other files may use. */
export interface SymbolTable {
  readonly count: number;
  symbol(index: number): ElfSymbol;
  /** The first defined symbol of exactly that name. */
  find(name: string): ElfSymbol | undefined;
  /** The function that holds an address: the last that starts at or before it and does not end before it. */
  functionAt(address: bigint): ElfSymbol | undefined;
  /** All defined functions, in the table's order: for wildcards, not for hot paths. */
  functions(): Iterable<ElfSymbol>;
}

const STT_FUNC = 2;
const encoder = new TextEncoder();

/**
 * Opens a symbol table; undefined where the file has none. Nothing is decoded but what is asked for.
 * @throws ElfError `damaged`.
 */
export function readSymbols(elf: Elf, table: '.symtab' | '.dynsym'): SymbolTable | undefined {
  const type = table === '.symtab' ? SECTION_TYPE.SYMTAB : SECTION_TYPE.DYNSYM;
  const section = elf.sections.find((candidate) => candidate.type === type);
  if (section === undefined) return undefined;
  return createSymbolTable(elf, section);
}

/**
 * The entries as 32-bit words, six each: name, then `u8 info; u8 other; u16 shndx`, then value and size with the halves
 * in the order of the file.
 */
interface SymbolWords {
  readonly words: Uint32Array;
  readonly count: number;
  readonly strings: Uint8Array;
  readonly little: boolean;
}

const WORDS = SYMBOL_SIZE / 4;

function createSymbolTable(elf: Elf, section: ElfSection): SymbolTable {
  const table = readWords(elf, section);
  const { count } = table;
  let byAddress: FunctionIndex | undefined;

  const symbol = (index: number): ElfSymbol => {
    if (!(index >= 0 && index < count)) throw new ElfError('damaged', `symbol ${index}: there are ${count}`);
    return readSymbol(table, index);
  };
  const symbolOrNone = (index: number | undefined) => (index === undefined ? undefined : symbol(index));
  return {
    count,
    symbol,
    find: (name) => symbolOrNone(findSymbol(table, name)),
    functionAt(address) {
      byAddress ??= indexFunctions(table);
      return symbolOrNone(functionIndexAt(byAddress, address));
    },
    *functions() {
      for (let i = 0; i < count; i++) if (isDefinedFunction(table, i)) yield symbol(i);
    },
  };
}

function readWords(elf: Elf, section: ElfSection): SymbolWords {
  const stringSection = elf.sections[section.link];
  if (stringSection === undefined) {
    throw new ElfError('damaged', `section "${section.name}" whose strings are section ${section.link}`);
  }
  const byteOrder: ByteOrder = elf.byteOrder;
  const words = wordsOf(sectionBytes(elf, section), byteOrder);
  const count = Math.floor(words.length / WORDS);
  return { words, count, strings: sectionBytes(elf, stringSection), little: byteOrder === 'little' };
}

function readSymbol(table: SymbolWords, index: number): ElfSymbol {
  const { words, strings } = table;
  const info = infoOf(table, index);
  const type = info & 0xf;
  const [valueLow, valueHigh] = longAt(table, index, 2);
  const [sizeLow, sizeHigh] = longAt(table, index, 4);
  return {
    index,
    name: elfString(strings, words[index * WORDS]!),
    address: (BigInt(valueHigh) << 32n) | BigInt(valueLow),
    sizeBytes: sizeHigh * 2 ** 32 + sizeLow,
    type: type === STT_GNU_IFUNC ? 'ifunc' : (SYMBOL_TYPES[type] ?? 'other'),
    binding: SYMBOL_BINDINGS[info >>> 4] ?? 'other',
    sectionIndex: sectionOf(table, index),
  };
}

function infoOf(table: SymbolWords, index: number): number {
  const word = table.words[index * WORDS + 1]!;
  return table.little ? word & 0xff : word >>> 24;
}

function sectionOf(table: SymbolWords, index: number): number {
  const word = table.words[index * WORDS + 1]!;
  return table.little ? word >>> 16 : word & 0xffff;
}

function longAt(table: SymbolWords, index: number, word: number): readonly [low: number, high: number] {
  const first = table.words[index * WORDS + word]!;
  const second = table.words[index * WORDS + word + 1]!;
  return table.little ? [first, second] : [second, first];
}

/** Compares bytes where the strings lie: they may share their ends, so an offset does not tell a name. */
function findSymbol(table: SymbolWords, name: string): number | undefined {
  const { words, strings, count } = table;
  const wanted = encoder.encode(`${name}\0`);
  const last = wanted.length - 1;
  if (last === 0) return undefined;
  for (let index = 0; index < count; index++) {
    const start = words[index * WORDS]!;
    if (strings[start + last] !== 0 || strings[start] !== wanted[0]) continue;
    let i = 1;
    while (i < last && strings[start + i] === wanted[i]) i++;
    if (i === last && sectionOf(table, index) !== SHN_UNDEF) return index;
  }
  return undefined;
}

function isDefinedFunction(table: SymbolWords, index: number): boolean {
  const type = infoOf(table, index) & 0xf;
  return (type === STT_FUNC || type === STT_GNU_IFUNC) && sectionOf(table, index) !== SHN_UNDEF;
}

/** Functions by rising address; at one address, in the table's order. */
interface FunctionIndex extends Addresses {
  /** Indexes of symbols. `low`, `high` and `sizes` are by position in this array. */
  readonly symbols: Uint32Array;
  readonly sizes: Float64Array;
}

/** Plain loops over typed arrays, as a large program has a hundred thousand functions. */
function indexFunctions(table: SymbolWords): FunctionIndex {
  const found = readFunctions(table);
  const count = found.symbols.length;
  const order = sortByAddress(found);
  const sorted = allocateFunctions(count);
  for (let i = 0; i < count; i++) {
    const position = order[i]!;
    sorted.symbols[i] = found.symbols[position]!;
    sorted.low[i] = found.low[position]!;
    sorted.high[i] = found.high[position]!;
    sorted.sizes[i] = found.sizes[position]!;
  }
  return sorted;
}

/** All defined functions, in the table's order. */
function readFunctions(table: SymbolWords): FunctionIndex {
  const { words, little } = table;
  const found = allocateFunctions(table.count);
  const low = little ? 2 : 3;
  const high = little ? 3 : 2;
  let count = 0;
  for (let index = 0; index < table.count; index++) {
    if (!isDefinedFunction(table, index)) continue;
    const at = index * WORDS;
    found.symbols[count] = index;
    found.low[count] = words[at + low]!;
    found.high[count] = words[at + high]!;
    found.sizes[count] = words[at + 2 + low]! + words[at + 2 + high]! * 2 ** 32;
    count++;
  }
  return {
    symbols: found.symbols.subarray(0, count),
    low: found.low.subarray(0, count),
    high: found.high.subarray(0, count),
    sizes: found.sizes.subarray(0, count),
  };
}

function allocateFunctions(count: number): FunctionIndex {
  return {
    symbols: new Uint32Array(count),
    low: new Uint32Array(count),
    high: new Uint32Array(count),
    sizes: new Float64Array(count),
  };
}

/**
 * Functions may share an address (aliases) and may have no size (hand-written assembly, which then reaches to the
 * next one). Of those that start nearest before the address, the first one in the table that holds it is taken.
 */
function functionIndexAt(index: FunctionIndex, address: bigint): number | undefined {
  const low = Number(address & 0xffffffffn);
  const high = Number(address >> 32n);
  const end = upperBound(index, low, high);
  if (end === 0) return undefined;
  const start = firstOfSameAddress(index, end - 1);
  const distance = (high - index.high[start]!) * 2 ** 32 + (low - index.low[start]!);
  let sizeless: number | undefined;
  for (let i = start; i < end; i++) {
    const size = index.sizes[i]!;
    if (distance < size) return index.symbols[i];
    if (size === 0) sizeless ??= index.symbols[i];
  }
  return sizeless;
}

/** How many entries start at or before the address. */
function upperBound(index: FunctionIndex, low: number, high: number): number {
  let from = 0;
  let to = index.symbols.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const middleHigh = index.high[middle]!;
    if (middleHigh < high || (middleHigh === high && index.low[middle]! <= low)) from = middle + 1;
    else to = middle;
  }
  return from;
}

function firstOfSameAddress(index: FunctionIndex, position: number): number {
  let first = position;
  while (first > 0 && index.low[first - 1] === index.low[position] && index.high[first - 1] === index.high[position]) {
    first--;
  }
  return first;
}
