import type { Choices } from './choices.ts';

/**
 * As much of a type as a generator of scripts must know: values of equal shapes may stand for each other. Integers of all
 * widths and signs are one shape, since the language converts between them, and so are strings of all sizes.
 */
export type Shape =
  | { readonly kind: 'int' | 'bool' | 'string' }
  /** A pointer to `struct task_struct`. */
  | { readonly kind: 'task' }
  | { readonly kind: 'special'; readonly of: Special }
  | { readonly kind: 'tuple'; readonly elements: readonly Shape[] }
  | { readonly kind: 'record'; readonly fields: readonly (readonly [name: string, shape: Shape])[] };

/** Values that are shown, stored and compared, and made in one way only. */
export type Special = (typeof SPECIALS)[number];

const SPECIALS = [
  'ksym', 'usym', 'inet', 'timestamp', 'username', 'strerror', 'cgroup_path', 'mac', 'buffer', 'bytes', 'struct', 'interned',
  'kstack', 'kstack(3)', 'kstack(perf, 9)', 'ustack', 'ustack(raw)', 'ustack(5)',
] as const; // biome-ignore format: a table

export const INT: Shape = { kind: 'int' };
export const BOOL: Shape = { kind: 'bool' };
export const STRING: Shape = { kind: 'string' };
export const TASK: Shape = { kind: 'task' };

export function sameShape(a: Shape, b: Shape): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** @param depth of tuples and records within each other. */
export function anyShape(choices: Choices, depth: number): Shape {
  const nested = () => anyShape(choices, depth - 1);
  const several = (most: number) => Array.from({ length: 2 + choices.below(most - 1) }, nested);
  return choices.weighted<Shape>(
    [10, () => INT],
    [6, () => STRING],
    [2, () => BOOL],
    [2, () => TASK],
    [4, () => ({ kind: 'special', of: choices.pick(SPECIALS) })],
    [depth > 0 ? 4 : 0, () => ({ kind: 'tuple', elements: several(4) })],
    [depth > 0 ? 2 : 0, () => ({ kind: 'record', fields: several(3).map((shape, i) => [`f${i}`, shape] as const) })],
  );
}
