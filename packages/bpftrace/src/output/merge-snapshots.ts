import type { MapEntry, MapSnapshot } from './map-snapshot.ts';
import { mergeMapValues } from './merge-map-values.ts';

/**
 * Snapshots of one map from two machines as one. Entries with the same key are merged as `mergeMapValues` says; both must come from the
 * same compiled script, so that keys and values have the same types.
 */
export function mergeSnapshots(earlier: MapSnapshot, later: MapSnapshot): MapSnapshot {
  const entries = new Map<string, MapEntry>();
  for (const entry of [...earlier.entries, ...later.entries]) {
    const id = keyId(entry.keyBytes);
    const known = entries.get(id);
    entries.set(id, known ? { ...entry, value: mergeMapValues(later.value, known.value, entry.value) } : entry);
  }
  return { ...later, entries: [...entries.values()] };
}

/** A string that is equal for equal keys. */
export function keyId(keyBytes: Uint8Array): string {
  let id = '';
  for (const byte of keyBytes) id += String.fromCharCode(byte);
  return id;
}
