import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame } from './frame-codec.ts';
import { FrameSchema } from './frames_pb.ts';
import { decodeRecords, encodeRecords } from './records-frame.ts';

const u64 = fc.oneof(
  fc.constant(0n),
  fc.bigInt({ min: 0n, max: 1n << 20n }),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const arbitraryRecords = fc.record({
  source: fc.oneof(fc.constant(0), fc.nat(0xffff_ffff)),
  first: u64,
  timeNs: u64,
  data: fc.uint8Array({ maxLength: 300 }),
});

test('records are encoded as protobuf has it', () => {
  fc.assert(
    fc.property(arbitraryRecords, (value) => {
      expect(encodeRecords(value)).toEqual(encodeFrame({ case: 'records', value }));
    }),
  );
});

/** Without the length in front. */
function bare(frame: Uint8Array): Uint8Array {
  return frame.subarray(frame.findIndex((byte) => byte < 0x80) + 1);
}

test('records are decoded as protobuf has it, or left to it', () => {
  const change = fc.tuple(fc.nat(40), fc.nat(255));
  fc.assert(
    fc.property(arbitraryRecords, fc.array(change, { maxLength: 2 }), (value, changes) => {
      const bytes = bare(encodeRecords(value)).slice();
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
      const decoded = decodeRecords(bytes);
      if (decoded !== undefined) expect(decoded).toEqual(fromBinary(FrameSchema, bytes, { readUnknownFields: false }));
      else expect(changes.length > 0 || value.first > 1n << 48n).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
