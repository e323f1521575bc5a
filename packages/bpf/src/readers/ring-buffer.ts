import type { BpfMap } from '../maps/bpf-map.ts';
import { MapError } from '../maps/map-error.ts';
import { Mapping, PAGE_SIZE, PROT_READ, PROT_WRITE } from '../sys/mapping.ts';

/**
 * Gets one record in place: `length` bytes at `offset` of `view`. They are valid only during the call: the kernel
 * writes over them afterwards. Records start at multiples of 8.
 */
export type OnRecord = (view: DataView, offset: number, length: number) => void;

/** The sign bit of a header's first word is the kernel's "still being written". */
const isBusy = (header: number): boolean => header < 0;
const DISCARDED = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;
const HEADER_BYTES = 8;

/**
 * A record may be read only after its header was seen finished. x86-64 keeps that order by itself, and a plain load is
 * half of the cost of a record; arm64 needs an ordered one.
 */
const KEEPS_LOAD_ORDER = process.arch === 'x64';

/**
 * The reading end of a BPF ring buffer (kernel/bpf/ringbuf.c, Linux 5.8), in memory shared with the kernel, without
 * copies and system calls.
 *
 * Layout: a page with the consumer's position, which we write; a page with the producer's; then the data, mapped twice
 * in a row, so that a record that wraps around is still in one piece. A record is a u32 of length and flags, a u32 of
 * the kernel's own, and the bytes, rounded up to 8. Positions count bytes and never wrap in 64 bits.
 */
export class RingBuffer {
  readonly sizeBytes: number;
  /** Readable when there are records: for a `Poller`. It is the map's own descriptor. */
  readonly fd: number;
  /** The memory that records lie in, for consumers that read other than by the `DataView`; same offsets. */
  readonly bytes: Buffer;
  readonly #consumer: Mapping;
  readonly #producer: Mapping;
  readonly #view: DataView;
  readonly #headers: Int32Array;
  readonly #consumerPosition: BigUint64Array;
  /** The low half of the producer's position: a record is never further than `sizeBytes` ahead, so that is enough. */
  readonly #producerPosition: Int32Array;
  #position: bigint;
  #open = true;

  /** @throws MapError where the map is no ring buffer; SyscallError. */
  constructor(map: BpfMap) {
    const { name, type, maxEntries } = map.spec;
    if (type !== 'ringbuf') {
      throw new MapError('INVALID_SPEC', name, `cannot read records of map "${name}": type ${type}, expected ringbuf`);
    }
    const what = `cannot map ring buffer "${name}"`;
    this.sizeBytes = maxEntries;
    this.fd = map.fd;
    this.#consumer = new Mapping(what, map.fd, PAGE_SIZE, PROT_READ | PROT_WRITE);
    try {
      this.#producer = new Mapping(what, map.fd, PAGE_SIZE + 2 * maxEntries, PROT_READ, PAGE_SIZE);
    } catch (error) {
      this.#consumer.close();
      throw error;
    }
    const data = this.#producer.buffer;
    this.bytes = Buffer.from(data, PAGE_SIZE, 2 * maxEntries);
    this.#view = new DataView(data, PAGE_SIZE, 2 * maxEntries);
    this.#headers = new Int32Array(data, PAGE_SIZE, (2 * maxEntries) / 4);
    this.#producerPosition = new Int32Array(data, 0, 1);
    this.#consumerPosition = new BigUint64Array(this.#consumer.buffer, 0, 1);
    this.#position = Atomics.load(this.#consumerPosition, 0);
  }

  /** Bytes of records, finished or not, that wait. */
  get pendingBytes(): number {
    return (Atomics.load(this.#producerPosition, 0) - this.#lowPosition()) >>> 0;
  }

  /**
   * Hands over every record that is finished, in order, until none is left, or `maxRecords` were: bound it where the
   * producer may be faster. Room goes back to the kernel after each eighth of the buffer, so that a long drain does not
   * cause losses. An exception of `onRecord` ends it; that record counts as read.
   *
   * @returns how many records were handed over.
   */
  drain(onRecord: OnRecord, maxRecords = Number.POSITIVE_INFINITY): number {
    if (!this.#open) throw new TypeError('the ring buffer is closed');
    const view = this.#view;
    const headers = this.#headers;
    const producer = this.#producerPosition;
    const mask = this.sizeBytes - 1;
    const giveBackAt = this.sizeBytes >>> 3;
    // The hot loop counts in the low 32 bits of the position, as signed integers: they never leave registers.
    let low = this.#lowPosition();
    let read = 0;
    let records = 0;
    try {
      let end = Atomics.load(producer, 0);
      while (records < maxRecords) {
        if (low === end) {
          end = Atomics.load(producer, 0);
          if (low === end) break;
        }
        const offset = low & mask;
        const header = KEEPS_LOAD_ORDER ? headers[offset >>> 2]! : Atomics.load(headers, offset >>> 2);
        if (isBusy(header)) break;
        const length = header & LENGTH_MASK;
        const advance = (length + HEADER_BYTES + 7) & ~7;
        low = (low + advance) | 0;
        read += advance;
        if ((header & DISCARDED) === 0) {
          records++;
          onRecord(view, offset + HEADER_BYTES, length);
          if (!this.#open) break;
        }
        if (read >= giveBackAt) {
          this.#giveBack(read);
          read = 0;
        }
      }
    } finally {
      if (read > 0) this.#giveBack(read);
    }
    return records;
  }

  /** The map stays open. A callback of `drain` may call it, too. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#consumer.close();
    this.#producer.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #lowPosition(): number {
    return Number(BigInt.asIntN(32, this.#position));
  }

  /** One 64-bit store: the kernel must never see half of a position. */
  #giveBack(bytes: number): void {
    if (!this.#open) return;
    this.#position += BigInt(bytes);
    Atomics.store(this.#consumerPosition, 0, this.#position);
  }
}
