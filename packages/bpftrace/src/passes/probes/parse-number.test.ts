import { expect, it } from 'vitest';
import { parseNumber } from './parse-number.ts';

it.each([
  ['99', 99n],
  ['0x1F', 31n],
  ['1_000', 1000n],
  ['1e6', 1_000_000n],
  ['', undefined],
  ['-1', undefined],
  ['1s', undefined],
])('%j is %s', (text, expected) => {
  expect(parseNumber(text)).toBe(expected);
});
