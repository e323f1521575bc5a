import { writeSync } from 'node:fs';
import { encodeText } from '@waggle/bpftrace/output';

const FLUSH_BYTES = 64 * 1024;

/**
 * Standard output for streams of many small pieces: gathers them, and writes with `write(2)` once a turn of the event loop or once
 * 64 KiB are there. A slow reader holds the process up, as it would any other; a reader that has gone sets `closed` and calls
 * `onClosed` once.
 */
export class Output {
  readonly #fd: number;
  readonly #onClosed: () => void;
  #pieces: string[] = [];
  #length = 0;
  #scheduled = false;
  #closed = false;

  constructor(fd: number, onClosed: () => void = () => {}) {
    this.#fd = fd;
    this.#onClosed = onClosed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(text: string): void {
    if (text === '' || this.#closed) return;
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length >= FLUSH_BYTES) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  /** Writes what is gathered; returns when all of it is written. */
  flush(): void {
    if (this.#length === 0 || this.#closed) return;
    const bytes = encodeText(this.#pieces.join(''));
    this.#pieces = [];
    this.#length = 0;
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#fd, bytes, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          pause(1);
          continue;
        }
        this.#closed = true;
        this.#onClosed();
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
        throw error;
      }
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the thread: a non-blocking descriptor (a terminal, a shared pipe) is full for the moment. */
function pause(ms: number): void {
  Atomics.wait(PAUSE, 0, 0, ms);
}
