/** Says on standard error how far something is: in a terminal a line that changes, elsewhere a line whenever it says something new. */
export class Progress {
  readonly #isTerminal = process.stderr.isTTY === true;
  #last = '';

  /** Something that is done: stays. */
  done(text: string): void {
    this.#clear();
    process.stderr.write(`${text}\n`);
    this.#last = '';
  }

  /** What is done at this moment: of interest only to somebody who looks on. */
  doing(text: string): void {
    if (this.#isTerminal) this.waiting(text);
  }

  /** What is waited for. */
  waiting(text: string): void {
    if (text === this.#last) return;
    this.#clear();
    process.stderr.write(this.#isTerminal ? text.slice(0, (process.stderr.columns || 80) - 1) : `${text}\n`);
    this.#last = text;
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#clear();
    this.#last = '';
  }

  #clear(): void {
    if (this.#isTerminal && this.#last !== '') process.stderr.write('\r\x1b[K');
  }
}
