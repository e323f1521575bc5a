import type { Type } from '../types/type.ts';

/** Up to this size, strings are kept with zeros behind their NUL, so that words may be copied and compared. */
const PADDED_STRING_BYTES = 64;

/**
 * Whether every value of the type has zeros wherever it has no content, wherever it is. Of larger strings only those in map keys, map
 * values, tuples and records have; in variables and temporaries the bytes behind the NUL are undefined.
 */
export function isPadded(type: Type): boolean {
  return type.kind !== 'string' || type.sizeBytes <= PADDED_STRING_BYTES;
}
