import { BtfError } from './btf-error.ts';
import { KIND, MAX_KIND, WORDS_FIXED, WORDS_PER_ENTRY } from './btf-format.ts';
import type { BtfTypeId } from './types.ts';

/** The type records of one blob. Those of split BTF are numbered on from the base's. */
export interface TypeTable {
  readonly words: Uint32Array;
  /** The id of the blob's first record. */
  readonly firstId: BtfTypeId;
  /** Word at which the record of id `firstId + i` starts: filled as far as `ensure` has told. */
  readonly places: Uint32Array;
  /**
   * Finds at least `count` records, unless there are fewer, and returns how many are found by now.
   * @throws BtfError `bad-record` where one has no known kind or leaves the section.
   */
  ensure(count: number): number;
  /** Byte of the blob at which `words` start, for error messages. */
  readonly typesOffset: number;
}

/** Records found at a time. A process that needs a few structs never walks through all types of the kernel. */
const CHUNK = 4096;

/** Words of a record without its entries, by kind; 0 where there is no such kind. */
const LENGTH_FIXED = Uint8Array.from({ length: 32 }, (_, kind) =>
  kind === 0 || kind > MAX_KIND ? 0 : 3 + WORDS_FIXED[kind]!,
);

/** Makes the table of a type section, in which no record is found yet. */
export function createTypeTable(words: Uint32Array, firstId: BtfTypeId, typesOffset: number): TypeTable {
  // Three words are the shortest record. Pages that stay unused are never touched, so they cost no memory.
  const places = new Uint32Array(Math.floor(words.length / 3));
  let found = 0;
  let next = 0;

  // Written to be fast before it is compiled, as a process that starts runs it once: no calls within the loop.
  const findTo = (count: number): void => {
    let index = found;
    let at = next;
    while (index < count && at < words.length) {
      const info = words[at + 1] ?? 0;
      const kind = (info >>> 24) & 0x1f;
      const fixed = LENGTH_FIXED[kind]!;
      const end = at + fixed + WORDS_PER_ENTRY[kind]! * (info & 0xffff);
      if (fixed === 0 || end > words.length) throw badRecord(firstId + index, words[at + 1], typesOffset + at * 4);
      places[index++] = at;
      at = end;
    }
    found = index;
    next = at;
  };

  return {
    words,
    firstId,
    places,
    typesOffset,
    ensure(count) {
      if (count > found && next < words.length) findTo(Math.max(count, found + CHUNK));
      return found;
    },
  };
}

function badRecord(id: BtfTypeId, info: number | undefined, offset: number): BtfError {
  const kind = info === undefined ? 0 : kindOfInfo(info);
  const message =
    info !== undefined && (kind === 0 || kind > MAX_KIND)
      ? `BTF type ${id} of kind ${kind}: 1 to ${MAX_KIND} are wanted`
      : `BTF type ${id} leaves the type section`;
  return new BtfError('bad-record', message, offset);
}

export function kindOfInfo(info: number): number {
  return (info >>> 24) & 0x1f;
}

export function vlenOfInfo(info: number): number {
  return info & 0xffff;
}

export function kindFlagOfInfo(info: number): boolean {
  return info >>> 31 === 1;
}

/** Where each enumerator of the table starts, by word: of `enum`s two words long, of `enum64`s three. */
export function enumeratorPlaces(table: TypeTable): Uint32Array {
  const { words, places } = table;
  const count = table.ensure(Number.POSITIVE_INFINITY);
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = places[i]!;
    const info = words[start + 1]!;
    const kind = kindOfInfo(info);
    if (kind !== KIND.ENUM && kind !== KIND.ENUM64) continue;
    const step = WORDS_PER_ENTRY[kind]!;
    for (let n = 0; n < vlenOfInfo(info); n++) found.push(start + 3 + n * step);
  }
  return Uint32Array.from(found);
}

/** The id of the record that holds that word, which must be found already. */
export function typeAtWord(table: TypeTable, word: number): BtfTypeId {
  let low = 0;
  let high = table.ensure(0) - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (table.places[middle]! <= word) low = middle;
    else high = middle - 1;
  }
  return table.firstId + low;
}
