import type { OnRecord, Poller, RingBuffer } from '@waggle/bpf';

/** What a reader works with. */
export interface RingReaderParts {
  readonly ring: RingBuffer;
  readonly poller: Poller;
  readonly onRecord: OnRecord;
  /** Called after each slice of records; a promise where the next slice has to wait for it. */
  readonly afterSlice: () => Promise<void> | undefined;
  /** Gets what any of these throws; the reader does not go on then. */
  readonly onError: (error: unknown) => void;
}

/**
 * Records that are handled in one turn of the event loop: a burst takes many turns, and timers, signals and other traces have
 * theirs in between.
 */
export const SLICE_RECORDS = 2048;

/**
 * How long records gather once all are read. The kernel wakes a reader for each record that finds the buffer empty, and the traced process
 * pays for that: a reader that takes each record as it comes makes both sides work several times as much.
 */
const REST_MS = 2;

/**
 * Reads a ring buffer while a trace runs: waits in the event loop's epoll for the first record, then looks every few milliseconds until
 * a look finds none.
 */
export class RingReader {
  readonly #parts: RingReaderParts;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(parts: RingReaderParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#isRunning = true;
    this.#wait();
  }

  /** No record is handed over any more; what is in the buffer stays there. */
  stop(): void {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#parts.poller.remove(this.#parts.ring.fd);
  }

  #wait(): void {
    const { poller, ring } = this.#parts;
    poller.add(ring.fd, () => {
      poller.remove(ring.fd);
      this.#read();
    });
  }

  #read(): void {
    const { ring, onRecord, afterSlice, onError } = this.#parts;
    try {
      const records = ring.drain(onRecord, SLICE_RECORDS);
      const ready = afterSlice();
      if (ready !== undefined) ready.then(() => this.#readSoon(), onError);
      else if (records >= SLICE_RECORDS) this.#readSoon();
      else if (records > 0) this.#readLater();
      else if (this.#isRunning) this.#wait();
    } catch (error) {
      onError(error);
    }
  }

  #readSoon(): void {
    if (this.#isRunning) this.#immediate = setImmediate(() => this.#read());
  }

  #readLater(): void {
    if (this.#isRunning) this.#timer = setTimeout(() => this.#read(), REST_MS);
  }
}
