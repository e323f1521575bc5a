import { expect, test } from 'vitest';
import type { TypedStatement } from '../typed/tree.ts';
import { BOOL, INT64 } from '../types/type.ts';
import { callbackLoops } from './loop-kind.ts';
import {
  arg,
  assign,
  begin,
  compare,
  evaluate,
  forRange,
  int,
  map,
  read,
  SPAN,
  str,
  variable,
  when,
} from './tree.test-kit.ts';

const [i, j, x] = [variable('$i'), variable('$j'), variable('$x')];
const add = assign(x, int(1));
const endless: TypedStatement = { kind: 'while', condition: read(x), body: [add], span: SPAN };
const count = map('@m', INT64, INT64);
const length = evaluate({ kind: 'map-length', map: count, type: INT64, span: SPAN });
const differ = assign(map('@b', BOOL), compare(str(arg(0)), str(arg(1))));
const short = forRange(i, int(0), int(10), add);
const conditions = [when(arg(0), [add]), when(arg(1), [add])];

/** Names of the loops, from the outermost, that are callbacks. */
test.each<[string, TypedStatement, readonly string[]]>([
  ['a few steps', short, []],
  ['an unknown number of steps', forRange(i, int(0), arg(0), add), ['$i']],
  ['many steps', forRange(i, int(0), int(1000), add), ['$i']],
  ['a condition of its own', endless, ['while']],
  ['such a one in a short loop', forRange(i, int(0), int(3), endless), ['while']],
  ['a short loop in an unknown one', forRange(i, int(0), arg(0), forRange(j, int(0), int(5), add)), ['$i']],
  ['short loops whose steps multiply', forRange(i, int(0), int(10), forRange(j, int(0), int(10), add)), ['$i']],
  ['the walk through a map', forRange(i, int(0), int(2), length), ['$i']],
  ['comparisons of long texts', forRange(i, int(0), int(20), differ, differ), ['$i']],
  ['a condition', forRange(i, int(0), int(15), conditions[0]!), []],
  ['conditions that combine', forRange(i, int(0), int(15), ...conditions), ['$i']],
])('a loop with %s', (_name, loop, expected) => {
  const callbacks = [...callbackLoops(begin([loop]), true)];
  expect(callbacks.map((s) => (s.kind === 'for-range' ? s.variable.name : s.kind))).toEqual(expected);
});

test('loops that are fine alone are too much together', () => {
  const loops = Array.from({ length: 200 }, () => forRange(i, int(0), int(10), add));
  const callbacks = callbackLoops(begin(loops), true);
  expect(callbacks.has(loops[0]!)).toBe(false);
  expect(callbacks.has(loops.at(-1)!)).toBe(true);
});
