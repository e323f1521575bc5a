import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, encode, i32, i64, string, struct, u8, u16, u32, u64 } from './codec.ts';
import { parseCpuList } from './possible-cpus.ts';

const record = struct({
  flag: u8,
  pid: u32,
  comm: string(16),
  port: u16,
  startedNs: u64,
  delta: i64,
  code: i32,
  raw: bytes(3),
});

test('members lie where C puts them', () => {
  const two = struct({ a: u8, b: u64, c: u16 });
  expect(two.sizeBytes).toBe(24);
  expect(two.alignBytes).toBe(8);
  expect(encode(two, { a: 1, b: 2n, c: 3 }).toString('hex')).toBe(
    `${'01'.padEnd(16, '0')}0200000000000000${'0300'.padEnd(16, '0')}`,
  );
});

test('what is written is read again', () => {
  const value = fc.record({
    flag: fc.integer({ min: 0, max: 255 }),
    pid: fc.integer({ min: 0, max: 0xffff_ffff }),
    comm: fc.stringMatching(/^[a-z]{0,15}$/),
    port: fc.integer({ min: 0, max: 65535 }),
    startedNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    delta: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    code: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    raw: fc.uint8Array({ minLength: 3, maxLength: 3 }),
  });
  fc.assert(
    fc.property(value, (wanted) => {
      expect(record.read(encode(record, wanted), 0)).toEqual(wanted);
    }),
  );
});

test('text is cut to leave room for its zero byte', () => {
  expect(string(4).read(encode(string(4), 'abcdef'), 0)).toBe('abc');
});

test.each([
  ['0-3,8,10-11\n', [0, 1, 2, 3, 8, 10, 11]],
  ['0\n', [0]],
  ['\n', []],
])('CPU list %j', (text, cpus) => {
  expect(parseCpuList(text)).toEqual(cpus);
});
