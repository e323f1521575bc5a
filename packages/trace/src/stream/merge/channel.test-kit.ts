/** Bytes that a test hands out when it wants to. */
export class Channel implements AsyncIterable<Uint8Array> {
  /** Pieces that have been asked for, and were there. */
  taken = 0;
  readonly #pieces: Uint8Array[] = [];
  #failure: Error | undefined;
  #isClosed = false;
  #wake: () => void = () => {};

  push(bytes: Uint8Array): this {
    this.#pieces.push(bytes);
    this.#wake();
    return this;
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#pieces.shift();
      if (next !== undefined) {
        this.taken++;
        yield next;
      } else if (this.#failure !== undefined) throw this.#failure;
      else if (this.#isClosed) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** Lets everything happen that can happen now. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
