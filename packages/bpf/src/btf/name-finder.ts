import type { StringTable } from './string-table.ts';
import { hashBytes, hashString, stringEquals, terminated } from './string-table.ts';
import { kindOfInfo } from './type-table.ts';

/** Things with names: types, or enumerators. The word at `places[i]` is the offset of the i-th one's name. */
export interface NamedPlaces {
  readonly words: Uint32Array;
  /** Filled as far as `ensure` has told. */
  readonly places: Uint32Array;
  /** Fills in at least `count` places, unless there are fewer, and returns how many are there by now. */
  ensure(count: number): number;
}

/** A bit for each kind of type that is wanted. */
export type KindMask = number;
/** For things that are no types. */
export const ANY_KIND: KindMask = -1;

export interface NameFinder {
  /** The lowest index of a thing of that name and one of those kinds. */
  first(name: string, kinds: KindMask): number | undefined;
  /** The indexes of all of them, rising. */
  every(name: string, kinds: KindMask): number[];
}

/** Places looked at between two questions whether there are more. */
const CHUNK = 4096;
/** Once so many times the number of all names have been looked at, the index costs less than going on. */
const SCANS_BEFORE_INDEX = 4;

/** What is searched for. */
interface Wanted {
  /** With its NUL. */
  readonly name: Uint8Array;
  readonly kinds: KindMask;
  /** How many are enough. */
  readonly count: number;
}

/**
 * Finds things by name without decoding any. The first searches walk through the names, which costs little where the
 * wanted one stands early, as the kernel's common structs do. Whoever asks more gets a hash index, built once.
 */
export function createNameFinder(named: NamedPlaces, strings: StringTable): NameFinder {
  let scanned = 0;
  let index: NameIndex | undefined;

  const search = (name: string, kinds: KindMask, count: number): number[] => {
    if (name === '') return [];
    const wanted = { name: terminated(name), kinds, count };
    if (!index && scanned > 0 && scanned >= SCANS_BEFORE_INDEX * named.ensure(0)) index = buildIndex(named, strings);
    if (index) return lookUp(index, named, strings, wanted);
    const { found, end } = scan(named, strings, wanted);
    scanned += end;
    return found;
  };

  return {
    first: (name, kinds) => search(name, kinds, 1)[0],
    every: (name, kinds) => search(name, kinds, Number.POSITIVE_INFINITY),
  };
}

/** `end`: how many places it has looked at. */
function scan(named: NamedPlaces, strings: StringTable, wanted: Wanted): { found: number[]; end: number } {
  const { words, places } = named;
  const { bytes, start } = strings;
  const { name, kinds } = wanted;
  const last = name.length - 1;
  const found: number[] = [];
  let from = 0;
  for (;;) {
    const to = Math.min(named.ensure(from + CHUNK), from + CHUNK);
    for (let i = from; i < to; i++) {
      const place = places[i]!;
      // Nearly all are passed by their kind, without a look at their name, or by its length. Written without calls:
      // a process that starts runs this once, before it is compiled. A shift takes the low 5 bits of what it is told.
      if (((kinds >>> (words[place + 1]! >>> 24)) & 1) === 0) continue;
      const offset = words[place]!;
      if (offset >= start && bytes[offset - start + last] !== 0) continue;
      if (stringEquals(strings, offset, name) && found.push(i) >= wanted.count) return { found, end: i + 1 };
    }
    if (to < from + CHUNK) return { found, end: to };
    from = to;
  }
}

/** Chained hash table: `heads[hash]` is the first thing's index, `next[i]` the one behind i; -1 ends a chain. */
interface NameIndex {
  readonly heads: Int32Array;
  readonly next: Int32Array;
}

function buildIndex(named: NamedPlaces, strings: StringTable): NameIndex {
  const { words, places } = named;
  const count = named.ensure(Number.POSITIVE_INFINITY);
  const heads = new Int32Array(2 ** Math.ceil(Math.log2(count + 1))).fill(-1);
  const next = new Int32Array(count);
  // From the last to the first, as each goes in front of its chain: chains then rise.
  for (let i = count - 1; i >= 0; i--) {
    const offset = words[places[i]!]!;
    if (offset === 0) continue;
    const slot = hashString(strings, offset) & (heads.length - 1);
    next[i] = heads[slot]!;
    heads[slot] = i;
  }
  return { heads, next };
}

function lookUp(index: NameIndex, named: NamedPlaces, strings: StringTable, wanted: Wanted): number[] {
  const { words, places } = named;
  const found: number[] = [];
  const slot = hashBytes(wanted.name, 0) & (index.heads.length - 1);
  for (let i = index.heads[slot]!; i !== -1; i = index.next[i]!) {
    const place = places[i]!;
    if (((wanted.kinds >>> kindOfInfo(words[place + 1]!)) & 1) === 0) continue;
    if (stringEquals(strings, words[place]!, wanted.name) && found.push(i) >= wanted.count) break;
  }
  return found;
}
