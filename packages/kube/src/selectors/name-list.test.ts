import { expect, it } from 'vitest';
import { matchesNames, parseNameList } from './name-list.ts';

it.each([
  ['', [], []],
  ['a', ['a'], []],
  ['a,!b', ['a'], ['b']],
  [' a , ! b ,,a', ['a'], ['b']],
  [['a,b', '!c'], ['a', 'b'], ['c']],
  [[], [], []],
  ['!', [], []],
])('reads %j', (list, include, exclude) => {
  expect(parseNameList(list)).toEqual({ include, exclude });
});

it.each([
  ['', 'a', true],
  ['a,b', 'b', true],
  ['a,b', 'c', false],
  ['!a', 'a', false],
  ['!a', 'b', true],
  ['a,!a', 'a', false],
  ['a,!b', 'c', false],
])('%j and %j: %s', (list, name, expected) => {
  expect(matchesNames(parseNameList(list), name)).toBe(expected);
});
