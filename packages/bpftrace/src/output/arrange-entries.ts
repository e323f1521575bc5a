/**
 * The order in which bpftrace prints a map's entries: ascending by what they hold for integers and aggregates (histograms by how many they
 * count), else by key.
 *
 * Two of its habits are kept: min and max compare as unsigned numbers, and integer keys as signed ones. Where it leaves the order to
 * the kernel's hash table (equal values; keys that are neither integers nor strings), ours follows the key, so that equal maps print equally.
 * Interned texts are in the order of the texts, since their numbers differ from run to run.
 */
import { offsetsOf } from '../types/layout.ts';
import type { Type } from '../types/type.ts';
import { internedText } from './interned-text.ts';
import { averageOf, type MapEntry, type MapSnapshot, type MapValue } from './map-snapshot.ts';
import type { RenderContext } from './render-context.ts';
import type { Value } from './value.ts';

/** The entries in order; with `top` only that many of them, from the end. */
export function arrangeEntries(
  snapshot: MapSnapshot,
  render: Pick<RenderContext, 'internedText'>,
  top = 0,
): readonly MapEntry[] {
  const byKey = snapshot.key ? keyOrder(snapshot.key, render) : compareBytes;
  const sorted = snapshot.entries
    .map((entry) => ({ entry, rank: rankOf(snapshot.value, entry.value) }))
    .sort((a, b) => compare(a.rank, b.rank) || byKey(a.entry, b.entry))
    .map(({ entry }) => entry);
  return top > 0 ? sorted.slice(-top) : sorted;
}

/** What an entry is sorted by before its key; the same for all where only the key counts. */
function rankOf(type: Type, value: MapValue): bigint {
  switch (value.kind) {
    case 'total':
      return value.total;
    case 'average':
      return averageOf(value);
    case 'extreme':
      return BigInt.asUintN(64, value.value);
    case 'buckets':
      return [...value.counts.values()].reduce((total, count) => total + count, 0n);
    case 'value':
      return type.kind === 'int' ? BigInt(value.value as number | bigint) : 0n;
  }
}

type EntryOrder = (a: MapEntry, b: MapEntry) => number;

type Texts = Pick<RenderContext, 'internedText'>;

function keyOrder(type: Type, texts: Texts): EntryOrder {
  const orders =
    type.kind === 'tuple'
      ? elementOrders(type.elements, texts)
      : [partOrder(type, { part: (entry) => entry.key!, offset: 0 }, texts)];
  return (a, b) => {
    for (const order of orders) {
      const result = order(a, b);
      if (result !== 0) return result;
    }
    return compareBytes(a, b);
  };
}

function elementOrders(types: readonly Type[], texts: Texts): EntryOrder[] {
  const offsets = offsetsOf(types);
  return types.map((type, index) =>
    partOrder(type, { part: (entry) => (entry.key as readonly Value[])[index]!, offset: offsets[index]! }, texts),
  );
}

/** Order by a key, or by an element of a tuple key that lies at `offset`. Strings are padded with zeros: their bytes compare as memory. */
function partOrder(
  type: Type,
  { part, offset }: { readonly part: (entry: MapEntry) => Value; readonly offset: number },
  texts: Texts,
): EntryOrder {
  if (type.kind === 'interned') {
    const text = (entry: MapEntry) => internedText(part(entry), texts) ?? '';
    return (a, b) => compare(text(a), text(b));
  }
  if (type.kind === 'string') return (a, b) => compareBytes(a, b, offset, offset + type.sizeBytes);
  if (type.kind !== 'int') return () => 0;
  const signed = (entry: MapEntry) => BigInt.asIntN(8 * type.sizeBytes, BigInt(part(entry) as number | bigint));
  return (a, b) => compare(signed(a), signed(b));
}

function compareBytes(
  a: MapEntry,
  b: MapEntry,
  start = 0,
  end = Math.max(a.keyBytes.length, b.keyBytes.length),
): number {
  for (let index = start; index < end; index++) {
    const difference = (a.keyBytes[index] ?? -1) - (b.keyBytes[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
