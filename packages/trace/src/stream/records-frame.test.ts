import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame } from './frame-codec.ts';
import { encodeRecords } from './records-frame.ts';

test('records are encoded as protobuf has it', () => {
  const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  const records = fc.record({
    source: fc.oneof(fc.constant(0), fc.nat(0xffff_ffff)),
    first: fc.oneof(fc.constant(0n), u64),
    timeNs: fc.oneof(fc.constant(0n), u64),
    data: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(records, (value) => {
      expect(encodeRecords(value)).toEqual(encodeFrame({ case: 'records', value }));
    }),
  );
});
