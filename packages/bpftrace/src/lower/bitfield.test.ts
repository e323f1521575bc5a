import { expect, test } from 'vitest';
import { unitOf } from './bitfield.ts';

test.each([
  ['in its first byte', { offsetBits: 3, sizeBits: 2 }, { offset: 0, sizeBytes: 1, shift: 3 }],
  ['in a later byte', { offsetBits: 17, sizeBits: 7 }, { offset: 2, sizeBytes: 1, shift: 1 }],
  ['over a byte boundary', { offsetBits: 6, sizeBits: 4 }, { offset: 0, sizeBytes: 2, shift: 6 }],
  ['in the upper half of a word', { offsetBits: 34, sizeBits: 20 }, { offset: 4, sizeBytes: 4, shift: 2 }],
  ['as wide as a word', { offsetBits: 0, sizeBits: 64 }, { offset: 0, sizeBytes: 8, shift: 0 }],
])('a field %s', (_name, field, expected) => {
  expect(unitOf(field, 4)).toMatchObject(expected);
});
