/**
 * Entries of a map, read at once, back to back: key `i` at `i * keyStride`, value `i` at `i * valueStride`.
 * In per-CPU maps `valueStride` spans all possible CPUs' values, each rounded up to 8 bytes.
 */
export interface MapEntries {
  readonly count: number;
  readonly keys: Buffer;
  readonly values: Buffer;
  readonly keyStride: number;
  readonly valueStride: number;
}

/** Pairs of views into `entries`. */
export function* eachEntry(entries: MapEntries): Iterable<[key: Buffer, value: Buffer]> {
  const { count, keys, values, keyStride, valueStride } = entries;
  for (let i = 0; i < count; i++) {
    yield [keys.subarray(i * keyStride, (i + 1) * keyStride), values.subarray(i * valueStride, (i + 1) * valueStride)];
  }
}
