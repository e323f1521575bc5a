import type { NamedValues, Value } from './value.ts';

/** Whether two values of one type are the same. */
export function equalValues(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const left = a as NamedValues;
  const right = b as NamedValues;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => equalValues(left[name]!, right[name]!));
}
