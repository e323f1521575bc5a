import { expect, test } from 'vitest';
import type { TypedStatement } from '../typed/tree.ts';
import { arg, assign, begin, compare, evaluate, forRange, int, read, SPAN, variable, when } from './tree.test-kit.ts';
import { variableLifetimes } from './variable-lifetimes.ts';

const [x, y, i] = [variable('$x'), variable('$y'), variable('$i')];
const inBlock = {
  kind: 'block-value',
  statements: [assign(y, int(1))],
  value: read(y),
  type: y.type,
  span: SPAN,
} as const;

test.each<[string, TypedStatement[], boolean]>([
  ['in blocks that follow each other', [assign(x, int(1)), assign(y, int(1))], false],
  ['one made of the other', [assign(x, int(1)), assign(y, read(x))], true],
  ['read behind the other', [assign(x, int(1)), assign(y, int(1)), evaluate(read(x))], true],
  ['in one expression', [assign(x, int(1)), evaluate(compare(read(x), inBlock))], true],
  ['made within the making of the other', [assign(x, inBlock)], true],
  ['both of one loop', [forRange(i, int(0), arg(0), assign(x, int(1)), assign(y, int(2)))], false],
  [
    'that a loop reads, and one that it makes behind that',
    [assign(x, int(1)), forRange(i, int(0), arg(0), evaluate(read(x)), assign(y, int(2)))],
    true,
  ],
  ['that starts as zero', [assign(y, int(1)), when(arg(0), [assign(x, int(1))]), evaluate(read(x))], true],
])('variables %s are in use together: %#', (_name, body, expected) => {
  const lifetimes = variableLifetimes(begin(body));
  const [one, other] = [lifetimes.get(x)!, lifetimes.get(y)!];
  expect(one.first <= other.last && other.first <= one.last).toBe(expected);
});
