import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeForTerminal } from './escape-for-terminal.ts';

test.each([
  ['plain é ☃ 🐝', 'plain é ☃ 🐝'],
  ['a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['\u0007\u007f\u009b', '\\x07\\x7f\\x9b'],
  ['\u202eabc', '\\u{202e}abc'],
  ['\u200b', '\\u{200b}'],
  ['\ud800', '\\u{d800}'],
])('%j', (text, shown) => {
  expect(escapeForTerminal(text)).toBe(shown);
});

test('characters can be kept', () => {
  expect(escapeForTerminal('a\nb\u001b', '\n')).toBe('a\nb\\x1b');
});

test('nothing that controls a terminal is left', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeForTerminal(text)).not.toMatch(/\p{Control}/u);
    }),
  );
});
