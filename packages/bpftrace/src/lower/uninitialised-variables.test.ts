import { expect, test } from 'vitest';
import type { TypedStatement } from '../typed/tree.ts';
import { arg, assign, begin, evaluate, forRange, int, read, variable, when } from './tree.test-kit.ts';
import { uninitialisedVariables } from './uninitialised-variables.ts';

const x = variable('$x');
const i = variable('$i');

test.each<[string, TypedStatement[], boolean]>([
  ['assigned first', [assign(x, int(1)), evaluate(read(x))], false],
  ['read first', [evaluate(read(x)), assign(x, int(1))], true],
  ['read in its own value', [assign(x, read(x))], true],
  ['assigned in one branch', [when(arg(0), [assign(x, int(1))]), evaluate(read(x))], true],
  ['assigned in both branches', [when(arg(0), [assign(x, int(1))], [assign(x, int(2))]), evaluate(read(x))], false],
  ['assigned in a loop that may not run', [forRange(i, int(0), arg(0), assign(x, int(1))), evaluate(read(x))], true],
  ['read in a loop after its assignment', [assign(x, int(1)), forRange(i, int(0), int(5), evaluate(read(x)))], false],
])('a variable %s', (_name, body, expected) => {
  expect(uninitialisedVariables(begin(body)).has(x)).toBe(expected);
});

test('a loop variable is assigned by its loop', () => {
  expect(uninitialisedVariables(begin([forRange(i, int(0), int(5), evaluate(read(i)))])).size).toBe(0);
});
