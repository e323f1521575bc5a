/**
 * Frames to bytes and back: protobuf, each frame behind its length as a varint.
 */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Frame, FrameSchema } from './frames_pb.ts';
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
 * Cuts bytes that come in any pieces into frames. Every frame owns its bytes.
 */
export class FrameDecoder {
  #pending = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Of `#start`, from the beginning of the stream. */
  #offset = 0;

  /** Where the next frame begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** The frames that these bytes complete, decoded as they are asked for. @throws StreamError */
  *push(chunk: Uint8Array): Generator<LocatedFrame> {
    this.#append(chunk);
    for (;;) {
      const head = this.#readLength();
      if (head === undefined || this.pendingBytes < head.bytes + head.length) return;
      const from = this.#start + head.bytes;
      const offset = this.#offset;
      const frame = decode(this.#pending.slice(from, from + head.length), offset);
      this.#start = from + head.length;
      this.#offset += head.bytes + head.length;
      yield { frame, offset };
    }
  }

  #append(chunk: Uint8Array): void {
    const kept = this.pendingBytes;
    if (this.#end + chunk.length > this.#pending.length) {
      const wanted = kept + chunk.length;
      const room = wanted <= this.#pending.length ? this.#pending : new Uint8Array(Math.max(wanted, 2 * kept));
      room.set(this.#pending.subarray(this.#start, this.#end));
      this.#pending = room;
      this.#start = 0;
      this.#end = kept;
    }
    this.#pending.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Undefined where the length itself is not whole yet. */
  #readLength(): { readonly length: number; readonly bytes: number } | undefined {
    let length = 0;
    for (let bytes = 0; bytes < this.pendingBytes; bytes++) {
      const byte = this.#pending[this.#start + bytes]!;
      length += (byte & 0x7f) * 2 ** (7 * bytes);
      if (length > MAX_FRAME_BYTES || bytes > 4) {
        const limit = `a frame of more than ${MAX_FRAME_BYTES} bytes`;
        throw new StreamError(this.#offset === 0 ? 'NOT_A_STREAM' : 'TOO_LARGE', this.#offset, limit);
      }
      if (byte < 0x80) return { length, bytes: bytes + 1 };
    }
    return undefined;
  }
}

function decode(bytes: Uint8Array, offset: number): Frame {
  try {
    return fromBinary(FrameSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new StreamError(offset === 0 ? 'NOT_A_STREAM' : 'DAMAGED', offset, (error as Error).message);
  }
}
