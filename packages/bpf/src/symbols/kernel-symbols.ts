import { readFileSync } from 'node:fs';
import { sortByAddress } from '../elf/sort-by-address.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';

/** What an address in the kernel belongs to. */
export interface KernelSymbol {
  readonly name: string;
  /** Bytes from the symbol's start. */
  readonly offset: number;
  /** The module that it lies in; undefined in the kernel itself. BPF programs are of module `bpf`. */
  readonly module: string | undefined;
}

const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const BRACKET = 91;
/** `A`: per-CPU variables by their offset, which is no address (kernels built with KALLSYMS_ALL). */
const ABSOLUTE = 65;

/**
 * The kernel's symbols, from the text of /proc/kallsyms: lines of address, type, name and, in brackets, module.
 *
 * The text stays as it is (some 8 MB with modules); beside it lie only the sorted addresses and where each line's name
 * starts. Symbols have no sizes there: an address belongs to the last symbol before it.
 */
export class KernelSymbols {
  readonly #text: Buffer;
  readonly #addresses: BigUint64Array;
  /** Where in the text the name of the symbol starts, in order of address. */
  readonly #names: Uint32Array;

  private constructor(text: Buffer, addresses: BigUint64Array, names: Uint32Array) {
    this.#text = text;
    this.#addresses = addresses;
    this.#names = names;
  }

  /** @throws UnsupportedError where addresses are hidden (kernel.kptr_restrict) or there is no such file. */
  static open(path = '/proc/kallsyms'): KernelSymbols {
    let text: Buffer;
    try {
      text = readFileSync(path);
    } catch (cause) {
      throw new UnsupportedError('kernel symbols', `cannot read ${path}`, undefined, cause);
    }
    const symbols = KernelSymbols.parse(text);
    if (symbols.count > 0 && symbols.#addresses.at(-1) === 0n) {
      const reason = 'all addresses read as 0: needs CAP_SYSLOG and sysctl kernel.kptr_restrict below 2';
      throw new UnsupportedError('kernel symbols', reason);
    }
    return symbols;
  }

  /** Keeps `text`, which must not change afterwards. Lines that are none are left out. */
  static parse(text: Buffer): KernelSymbols {
    const { halves, names } = scan(text);
    const addresses = new BigUint64Array(halves.buffer, 0, names.length);
    // The kernel itself is in order; modules and BPF programs behind it need not be.
    for (let i = 1; i < names.length; i++) {
      if (addresses[i]! < addresses[i - 1]!) return KernelSymbols.#sorted(text, addresses, names);
    }
    return new KernelSymbols(text, addresses, names);
  }

  static #sorted(text: Buffer, addresses: BigUint64Array, names: Uint32Array): KernelSymbols {
    const halves = new Uint32Array(addresses.buffer, 0, 2 * names.length);
    const low = names.map((_, i) => halves[2 * i]!);
    const high = names.map((_, i) => halves[2 * i + 1]!);
    const order = sortByAddress({ low, high });
    const inOrder = BigUint64Array.from(order, (line) => addresses[line]!);
    return new KernelSymbols(
      text,
      inOrder,
      order.map((line) => names[line]!),
    );
  }

  get count(): number {
    return this.#names.length;
  }

  /** The symbol that `address` lies in or behind; undefined below the first. */
  lookup(address: bigint): KernelSymbol | undefined {
    const index = this.#lastAtOrBelow(address);
    if (index < 0) return undefined;
    const { name, module } = this.#read(index);
    return { name, offset: Number(address - this.#addresses[index]!), module };
  }

  /** Where a symbol starts: the first of that name in the file; undefined where there is none. */
  address(name: string): bigint | undefined {
    // Search the text, not the symbols: one native scan in place of a hundred thousand strings.
    const wanted = Buffer.from(` ${name}`, 'latin1');
    for (let at = this.#text.indexOf(wanted); at >= 0; at = this.#text.indexOf(wanted, at + 1)) {
      const end = this.#text[at + wanted.length];
      if (end !== NEWLINE && end !== TAB && end !== undefined) continue;
      // " T name": the name is the third word of its line.
      const lineStart = this.#text.lastIndexOf(NEWLINE, at) + 1;
      if (at !== lineStart + 18) continue;
      return BigInt(`0x${this.#text.toString('latin1', lineStart, lineStart + 16)}`);
    }
    return undefined;
  }

  #read(index: number): { readonly name: string; readonly module: string | undefined } {
    const start = this.#names[index]!;
    let end = start;
    while (end < this.#text.length && this.#text[end]! > SPACE) end++;
    const name = this.#text.toString('latin1', start, end);
    if (this.#text[end] !== TAB || this.#text[end + 1] !== BRACKET) return { name, module: undefined };
    return { name, module: this.#text.toString('latin1', end + 2, this.#text.indexOf(']', end)) };
  }

  #lastAtOrBelow(address: bigint): number {
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#addresses[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    // Of several names of one address, the first in the file: it is the one that stacks are known by.
    let index = low - 1;
    while (index > 0 && this.#addresses[index - 1] === this.#addresses[index]) index--;
    return index;
  }
}

interface Lines {
  /** The address of each line, low half first. */
  readonly halves: Uint32Array;
  /** Where its name starts. */
  readonly names: Uint32Array;
}

/** Every line is `<16 hexadecimal digits> <type> <name>[\t[<module>]]`. Reads digits without making strings. */
function scan(text: Buffer): Lines {
  // A line has at least 21 bytes: address, type, a name of one letter, and its end.
  const most = Math.floor(text.length / 20) + 1;
  const halves = new Uint32Array(most * 2);
  const names = new Uint32Array(most);
  let count = 0;
  for (let line = 0; line + 19 < text.length; ) {
    if (text[line + 16] === SPACE && text[line + 18] === SPACE && text[line + 17] !== ABSOLUTE) {
      halves[count * 2] = parseHex8(text, line + 8);
      halves[count * 2 + 1] = parseHex8(text, line);
      names[count++] = line + 19;
    }
    const end = text.indexOf(NEWLINE, line + 19);
    if (end < 0) break;
    line = end + 1;
  }
  return { halves, names: names.subarray(0, count) };
}

function parseHex8(text: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const byte = text[at]!;
    value = (value << 4) | (byte <= 57 ? byte & 15 : (byte & 15) + 9);
  }
  return value >>> 0;
}
