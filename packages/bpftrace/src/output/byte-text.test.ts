import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLength, decodeText, encodeText, strayByte } from './byte-text.ts';

test('any bytes survive decoding and encoding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = decodeText(bytes);
      expect(encodeText(text)).toEqual(bytes);
      expect(byteLength(text)).toBe(bytes.length);
    }),
    { numRuns: 500 },
  );
});

test('valid UTF-8 decodes as TextDecoder has it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
      expect(decodeText(new TextEncoder().encode(text))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a continuation byte alone', [0x80], '\udc80'],
  ['a cut sequence', [0x61, 0xe2, 0x82], 'a\udce2\udc82'],
  ['an overlong form', [0xc0, 0xaf], '\udcc0\udcaf'],
  ['an encoded surrogate', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
  ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
  ['four bytes', [0xf0, 0x9f, 0x98, 0x80], '😀'],
])('%s', (_name, bytes, text) => {
  expect(decodeText(Uint8Array.from(bytes))).toBe(text);
  expect([...encodeText(text)]).toEqual(bytes);
});

test('pieces of a character join when they are encoded', () => {
  expect([...encodeText(strayByte(0xc3) + strayByte(0xa9))]).toEqual([0xc3, 0xa9]);
  expect(strayByte(0x41)).toBe('A');
});
