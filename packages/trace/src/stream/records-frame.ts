import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Records } from './frames_pb.ts';

const FRAME_RECORDS = 6;
const RECORDS_SOURCE = 1;
const RECORDS_FIRST = 2;
const RECORDS_TIME_NS = 3;
const RECORDS_DATA = 4;

/**
 * A `records` frame behind its length: what `encodeFrame` gives, but the records, which are nearly all of a stream, are copied once.
 */
export function encodeRecords({
  source,
  first,
  timeNs,
  data,
}: Pick<Records, 'source' | 'first' | 'timeNs' | 'data'>): Uint8Array {
  const inner = new BinaryWriter();
  if (source !== 0) inner.tag(RECORDS_SOURCE, WireType.Varint).uint32(source);
  if (first !== 0n) inner.tag(RECORDS_FIRST, WireType.Varint).uint64(first);
  if (timeNs !== 0n) inner.tag(RECORDS_TIME_NS, WireType.Bit64).fixed64(timeNs);
  if (data.length > 0) inner.tag(RECORDS_DATA, WireType.LengthDelimited).uint32(data.length);
  const fields = inner.finish();
  const innerBytes = fields.length + data.length;
  const frame = new BinaryWriter().tag(FRAME_RECORDS, WireType.LengthDelimited).uint32(innerBytes).finish();
  const length = new BinaryWriter().uint32(frame.length + innerBytes).finish();
  const all = new Uint8Array(length.length + frame.length + innerBytes);
  all.set(length);
  all.set(frame, length.length);
  all.set(fields, length.length + frame.length);
  all.set(data, all.length - data.length);
  return all;
}
