/** 64-bit addresses as two words each, so that comparing and sorting a hundred thousand makes no bigint. */
export interface Addresses {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/**
 * The positions of the addresses by rising address; equal ones keep their order. A radix sort by bytes that leaves out
 * those that are the same in all addresses: three or four passes for a real file.
 */
export function sortByAddress(addresses: Addresses): Uint32Array {
  const count = addresses.low.length;
  let from: Uint32Array = new Uint32Array(count);
  let to: Uint32Array = new Uint32Array(count);
  for (let i = 0; i < count; i++) from[i] = i;
  for (const words of [addresses.low, addresses.high]) {
    for (let shift = 0; shift < 32; shift += 8) {
      const starts = bucketStarts(words, shift);
      if (starts === undefined) continue;
      for (let i = 0; i < count; i++) {
        const position = from[i]!;
        const byte = (words[position]! >>> shift) & 0xff;
        to[starts[byte]!++] = position;
      }
      [from, to] = [to, from];
    }
  }
  return from;
}

/** Where the addresses of each byte value start in the sorted array; undefined where all have the same byte. */
function bucketStarts(words: Uint32Array, shift: number): Uint32Array | undefined {
  const counts = new Uint32Array(256);
  for (let i = 0; i < words.length; i++) counts[(words[i]! >>> shift) & 0xff]!++;
  if (counts.includes(words.length)) return undefined;
  let start = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]!;
    counts[byte] = start;
    start += count;
  }
  return counts;
}
