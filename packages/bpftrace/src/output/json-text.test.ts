import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonInteger, jsonString } from './json-text.ts';

test('strings are valid JSON of themselves', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      expect(JSON.parse(jsonString(text, { nonAscii: 'utf-8' }))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['é', 'utf-8', '"é"'],
  ['é', 'as-bpftrace', '"\\uffffffc3\\uffffffa9"'],
  ['\udcff', 'utf-8', '"\\udcff"'],
  ['\udcff', 'as-bpftrace', '"\\uffffffff"'],
  ['\udcc3\udca9', 'utf-8', '"é"'],
  ['"\\\n\r\t\b\f/\u007f', 'utf-8', '"\\"\\\\\\n\\r\\t\\u0008\\u000c/\u007f"'],
] as const)('%j as %s', (text, nonAscii, json) => {
  expect(jsonString(text, { nonAscii })).toBe(json);
});

test.each([
  [0, '0'],
  [-5n, '-5'],
  [9007199254740992n, '9007199254740992'],
  [9007199254740993n, '"9007199254740993"'],
  [-9007199254740993n, '"-9007199254740993"'],
  [1n << 63n, '9223372036854775808'],
  [(1n << 64n) - 1n, '"18446744073709551615"'],
  [-(1n << 63n), '-9223372036854775808'],
])('integer %s', (value, json) => {
  expect(jsonInteger(value)).toBe(json);
});
