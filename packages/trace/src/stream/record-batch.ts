/**
 * Raw records in a row, as the `records` frame has them: each padded with zeros to a multiple of 8, its length in the second word of its
 * header.
 */
import { RECORD_HEADER_BYTES } from '@waggle/bpftrace';
import { FrameProblem } from './stream-error.ts';

const FIRST_BYTES = 80 * 1024;

/** Copies records out of memory that will be written over. This runs for every event: no allocation, no message. */
export class RecordBatch {
  #bytes = new Uint8Array(FIRST_BYTES);
  #words = new Int32Array(this.#bytes.buffer);
  #length = 0;
  #count = 0;
  /** The memory that the last record came from, in words: it is nearly always the same. */
  #source: ArrayBufferLike | undefined;
  #sourceWords = new Int32Array(0);

  get byteLength(): number {
    return this.#length;
  }

  get count(): number {
    return this.#count;
  }

  add(view: DataView, offset: number, length: number): void {
    const padded = (length + 7) & ~7;
    if (this.#length + padded > this.#bytes.length) this.#grow(padded);
    const from = view.byteOffset + offset;
    const target = this.#words;
    const first = this.#length >>> 2;
    if ((from & 3) === 0 && length < MAX_WORD_COPY_BYTES) {
      const source = view.buffer === this.#source ? this.#sourceWords : this.#useSource(view.buffer);
      const whole = length >>> 2;
      for (let word = 0, at = from >>> 2; word < whole; word++) target[first + word] = source[at + word]!;
      this.#copyTail(view, offset, length, padded);
    } else {
      this.#bytes.set(new Uint8Array(view.buffer, from, length), this.#length);
      this.#bytes.fill(0, this.#length + length, this.#length + padded);
    }
    target[first + 1] = length;
    this.#length += padded;
    this.#count++;
  }

  /** The records so far; the batch is empty afterwards. The bytes are valid until the next record is added. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#count = 0;
    return taken;
  }

  /** What is behind the last whole word of the record, and the padding. */
  #copyTail(view: DataView, offset: number, length: number, padded: number): void {
    for (let index = length & ~3; index < padded; index++)
      this.#bytes[this.#length + index] = index < length ? view.getUint8(offset + index) : 0;
  }

  #useSource(buffer: ArrayBufferLike): Int32Array<ArrayBuffer> {
    this.#source = buffer;
    this.#sourceWords = new Int32Array(buffer as ArrayBuffer, 0, buffer.byteLength >>> 2);
    return this.#sourceWords;
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, (this.#length + more + 7) & ~7));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer);
  }
}

/** Up to here words are copied faster than a view of the bytes is made. */
const MAX_WORD_COPY_BYTES = 512;

/** One record alone. */
export function singleRecord(view: DataView, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array((length + 7) & ~7);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset + offset, length));
  new DataView(bytes.buffer).setUint32(4, length, true);
  return bytes;
}

/** Where the next record begins. @throws FrameProblem where `at` is no record's beginning */
export function nextRecord(view: DataView, at: number): number {
  const length = at + RECORD_HEADER_BYTES <= view.byteLength ? view.getUint32(at + 4, true) : 0;
  const next = at + Math.ceil(length / 8) * 8;
  if (length < RECORD_HEADER_BYTES || next > view.byteLength)
    throw new FrameProblem(`a record of ${length} bytes, ${view.byteLength - at} are left`);
  return next;
}

/** How many records there are. @throws FrameProblem */
export function countRecords(data: Uint8Array): number {
  const view = viewOf(data);
  let count = 0;
  for (let at = 0; at < view.byteLength; at = nextRecord(view, at)) count++;
  return count;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
