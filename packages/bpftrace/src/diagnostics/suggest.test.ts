import { expect, test } from 'vitest';
import { editDistance, nearest } from './suggest.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'ab', 1],
  ['abc', 'xabc', 1],
  ['abc', 'acb', 1],
  ['kitten', 'sitting', 3],
  ['PID', 'pid', 0.75],
])('from %s to %s', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test.each([
  ['prinft', ['print', 'printf', 'strftime'], 2, ['printf', 'print']],
  ['coutn', ['count', 'hist', 'cout'], 3, ['count', 'cout']],
  ['PID', ['pid', 'tid'], 3, ['pid']],
  ['xyz', ['pid', 'tid'], 3, []],
  ['pid', ['pid'], 3, []],
  ['pi', ['pid', 'pid', 'uid'], 5, ['pid']],
  ['args', ['arg0', 'arg1', 'args1'], 2, ['arg0', 'arg1']],
])('%s', (name, candidates, limit, expected) => {
  expect(nearest(name, candidates, limit)).toEqual(expected);
});
