import { expect, test } from 'vitest';
import { escapeText } from './escape.ts';

test.each([
  ['plain text and any letters', 'naïve é€😀 ok', 'naïve é€😀 ok'],
  ['ESC', '\u001b[31mred', '\\x1b[31mred'],
  ['NUL, BEL, backspace, DEL', '\0\u0007\b\u007f', '\\x00\\x07\\x08\\x7f'],
  ['newline, return and tab of data', 'a\nb\rc\td', 'a\\x0ab\\x0dc\\x09d'],
  ['C1 as its UTF-8 bytes', '\u009b31m', '\\xc2\\x9b31m'],
  ['direction overrides', 'a\u202eb\u2066c\u200f', 'a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c\\xe2\\x80\\x8f'],
  ['bytes that are not UTF-8', 'a\udcffb', 'a\\xffb'],
  ['a backslash stays', '\\x1b', '\\x1b'],
])('%s', (_name, text, escaped) => {
  expect(escapeText(text)).toBe(escaped);
});

test('whole files keep their lines', () => {
  expect(escapeText('a\n\tb\u001b', { lines: true })).toBe('a\n\tb\\x1b');
});
