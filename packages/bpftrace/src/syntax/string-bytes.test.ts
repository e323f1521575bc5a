import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdByte, normalizeBytes, stringBytes } from './string-bytes.ts';

test.each([
  ['', []],
  ['a', [0x61]],
  ['é', [0xc3, 0xa9]],
  ['\udcff', [0xff]],
  ['a\udcc3b', [0x61, 0xc3, 0x62]],
  ['\0', [0]],
])('%j', (value, bytes) => {
  expect([...stringBytes(value)]).toEqual(bytes);
});

test('any bytes can be held', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const value = normalizeBytes(Array.from(bytes, holdByte).join(''));
      expect([...stringBytes(value)]).toEqual([...bytes]);
      expect(normalizeBytes(value)).toBe(value);
    }),
  );
});

test('text that the bytes spell is itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      const bytes = new TextEncoder().encode(text);
      expect(normalizeBytes(Array.from(bytes, holdByte).join(''))).toBe(text);
      expect(stringBytes(text)).toEqual(bytes);
    }),
  );
});
