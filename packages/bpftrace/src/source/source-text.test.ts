import { expect, test } from 'vitest';
import { SourceText } from './source-text.ts';

test.each([
  ['', 0, 1, 1],
  ['ab', 1, 1, 2],
  ['a\nb', 1, 1, 2],
  ['a\nb', 2, 2, 1],
  ['a\n\nb', 3, 3, 1],
  ['a\n', 2, 2, 1],
])('%j at %i', (text, offset, line, column) => {
  expect(new SourceText('x', text).position(offset)).toEqual({ line, column });
});

test('lines come without their breaks', () => {
  const source = new SourceText('x', 'a\r\nb\n\nc');
  expect([1, 2, 3, 4, 5].map((line) => source.line(line))).toEqual(['a', 'b', '', 'c', '']);
});
