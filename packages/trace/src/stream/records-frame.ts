/**
 * `records` frames by hand: nearly all of a stream is made of them, and where many nodes are merged, a frame may hold one record. The bytes are
 * what protobuf has; what is not usual is left to its library.
 */
import type { Frame, Records } from './frames_pb.ts';

/** Tags: field number and wire type. */
const FRAME_RECORDS = (6 << 3) | 2;
const SOURCE = 1 << 3;
const FIRST = 2 << 3;
const TIME_NS = (3 << 3) | 1;
const DATA = (4 << 3) | 2;

export type RecordsInit = Pick<Records, 'source' | 'first' | 'timeNs' | 'data'>;

/** A frame behind its length; the records are copied once. */
export function encodeRecords({ source, first, timeNs, data }: RecordsInit): Uint8Array {
  const ordinal = first <= MAX_SAFE ? Number(first) : first;
  let fieldsBytes = 0;
  if (source !== 0) fieldsBytes += 1 + varintBytes(source);
  if (first !== 0n) fieldsBytes += 1 + varintBytes(ordinal);
  if (timeNs !== 0n) fieldsBytes += 9;
  if (data.length > 0) fieldsBytes += 1 + varintBytes(data.length) + data.length;
  const frameBytes = 1 + varintBytes(fieldsBytes) + fieldsBytes;
  const all = new Uint8Array(varintBytes(frameBytes) + frameBytes);
  let at = writeVarint(all, 0, frameBytes);
  all[at++] = FRAME_RECORDS;
  at = writeVarint(all, at, fieldsBytes);
  if (source !== 0) {
    all[at++] = SOURCE;
    at = writeVarint(all, at, source);
  }
  if (first !== 0n) {
    all[at++] = FIRST;
    at = writeVarint(all, at, ordinal);
  }
  if (timeNs !== 0n) {
    all[at++] = TIME_NS;
    new DataView(all.buffer).setBigUint64(at, timeNs, true);
    at += 8;
  }
  if (data.length > 0) {
    all[at++] = DATA;
    all.set(data, writeVarint(all, at, data.length));
  }
  return all;
}

/** The frame, if it is one of records as `encodeRecords` writes them. Its data are a part of `bytes`. */
export function decodeRecords(bytes: Uint8Array): Frame | undefined {
  if (bytes[0] !== FRAME_RECORDS) return undefined;
  const reader = new VarintReader(bytes, 1);
  // As `create` of protobuf makes it, several times as fast.
  const value: Records = {
    $typeName: 'waggle.stream.v1.Records',
    source: 0,
    first: 0n,
    timeNs: 0n,
    data: NOTHING,
  };
  if (reader.next() !== bytes.length - reader.at) return undefined;
  while (reader.at < bytes.length) {
    switch (bytes[reader.at++]) {
      case SOURCE:
        value.source = reader.next();
        if (value.source > 0xffff_ffff) return undefined;
        break;
      case FIRST:
        value.first = BigInt(reader.next());
        break;
      case TIME_NS:
        if (reader.at + 8 > bytes.length) return undefined;
        value.timeNs = new DataView(bytes.buffer, bytes.byteOffset + reader.at, 8).getBigUint64(0, true);
        reader.at += 8;
        break;
      case DATA: {
        const end = reader.next() + reader.at;
        if (end > bytes.length) return undefined;
        value.data = bytes.subarray(reader.at, end);
        reader.at = end;
        break;
      }
      default:
        return undefined;
    }
    if (reader.isUnusual) return undefined;
  }
  if (reader.isUnusual) return undefined;
  return { $typeName: 'waggle.stream.v1.Frame', kind: { case: 'records', value } };
}

const NOTHING = new Uint8Array(0);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function varintBytes(value: number | bigint): number {
  if (typeof value === 'bigint') return Math.ceil(value.toString(2).length / 7);
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** @returns where to go on */
function writeVarint(bytes: Uint8Array, start: number, value: number | bigint): number {
  let at = start;
  let rest = value;
  for (; typeof rest === 'bigint'; rest = rest <= MAX_SAFE ? Number(rest) : rest) {
    bytes[at++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  bytes[at++] = rest;
  return at;
}

/** Reads varints of up to 49 bits. */
class VarintReader {
  at: number;
  /** One was longer, or not whole. */
  isUnusual = false;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let value = 0;
    let factor = 1;
    for (let digits = 0; digits < 7; digits++) {
      const byte = this.#bytes[this.at++] ?? 0x80;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    this.isUnusual = true;
    return value;
  }
}
