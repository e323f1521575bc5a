/**
 * Frames to bytes and back: protobuf, each frame behind its length as a varint.
 */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Frame, FrameSchema } from './frames_pb.ts';
import { decodeRecords } from './records-frame.ts';
import { StreamError } from './stream-error.ts';

export type FrameKind = NonNullable<Frame['kind']['case']>;

/** A frame's content, as `create` of protobuf takes it. */
export type FrameInit = NonNullable<MessageInitShape<typeof FrameSchema>['kind']>;

/** One or more whole frames as bytes, each behind its length: what a log, a file or a response body takes. */
export interface EncodedFrame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
  /** Ordinals of the records in it, where it has any: `count` from `first` on. */
  readonly first?: bigint;
  readonly count?: number;
  /** Facts with `forget`: what was said before is of no use any more. */
  readonly forgets?: boolean;
  /** The last of their kind: maps at the end, the end itself. */
  readonly final?: boolean;
}

/** No frame is longer. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

export function encodeFrame(kind: FrameInit): Uint8Array {
  return delimited(toBinary(FrameSchema, create(FrameSchema, { kind })));
}

/** The bytes of a frame behind their length. */
export function delimited(bytes: Uint8Array): Uint8Array {
  const head: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      head.push(rest);
      break;
    }
    head.push((rest & 0x7f) | 0x80);
  }
  const all = new Uint8Array(head.length + bytes.length);
  all.set(head);
  all.set(bytes, head.length);
  return all;
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A frame and where it lies in the stream. */
export interface LocatedFrame {
  readonly frame: Frame;
  readonly offset: number;
}

/**
 * Cuts bytes that come in any pieces into frames. Frames are parts of a copy of these pieces.
 */
export class FrameDecoder {
  #pieces: Uint8Array[] = [];
  #pendingBytes = 0;
  /** So many have to be there before looking again is worth it. */
  #wantedBytes = 1;
  /** Of the first pending byte, from the beginning of the stream. */
  #offset = 0;

  /** Where the next frame begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** The frames that these bytes complete, decoded as they are asked for; those that are not asked for come the next time. @throws StreamError */
  *push(chunk: Uint8Array): Generator<LocatedFrame> {
    this.#pieces.push(chunk.slice());
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#wantedBytes) return;
    this.#wantedBytes = 1;
    const bytes = concatenate(this.#pieces);
    let at = 0;
    try {
      for (;;) {
        const head = readLength(bytes, at, this.#offset);
        const end = head === undefined ? undefined : at + head.bytes + head.length;
        if (end === undefined || end > bytes.length) {
          this.#wantedBytes = end === undefined ? bytes.length - at + 1 : end - at;
          break;
        }
        const frame = decode(bytes.subarray(at + head!.bytes, end), this.#offset);
        const offset = this.#offset;
        this.#offset += end - at;
        at = end;
        yield { frame, offset };
      }
    } finally {
      // Also where nobody asks on.
      this.#pieces = at === bytes.length ? [] : [bytes.subarray(at)];
      this.#pendingBytes = bytes.length - at;
    }
  }
}

/** Undefined where the length itself is not whole yet. */
function readLength(
  bytes: Uint8Array,
  start: number,
  offset: number,
): { readonly length: number; readonly bytes: number } | undefined {
  let length = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]!;
    const digits = at - start;
    length += (byte & 0x7f) * 2 ** (7 * digits);
    if (length > MAX_FRAME_BYTES || digits > 4) {
      const limit = `a frame of more than ${MAX_FRAME_BYTES} bytes`;
      throw new StreamError(offset === 0 ? 'NOT_A_STREAM' : 'TOO_LARGE', offset, limit);
    }
    if (byte < 0x80) return { length, bytes: digits + 1 };
  }
  return undefined;
}

function decode(bytes: Uint8Array, offset: number): Frame {
  const records = decodeRecords(bytes);
  if (records !== undefined) return records;
  try {
    return fromBinary(FrameSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new StreamError(offset === 0 ? 'NOT_A_STREAM' : 'DAMAGED', offset, (error as Error).message);
  }
}
