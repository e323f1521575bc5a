import { close, closeSync } from 'node:fs';

/** Descriptors that are open now, for tests that fail on leaks. */
const open = new Set<Fd>();

/** Slow closes wait in line: the kernel does one at a time anyway, and each holds a thread of libuv's pool. */
let slowCloses: Promise<void> = Promise.resolve();

/**
 * Owns one file descriptor. All kernel objects of this package hold theirs through it: so what is open can be listed, a
 * second `close` does nothing, and a closed number is never used again, though the kernel may have given it to
 * something else.
 */
export class Fd {
  /** What it is, for listings: `map events`. */
  readonly what: string;
  #number: number;

  constructor(number: number, what: string) {
    this.#number = number;
    this.what = what;
    open.add(this);
  }

  /** @throws TypeError once closed. */
  get number(): number {
    if (this.#number < 0) throw new TypeError(`${this.what} is closed`);
    return this.#number;
  }

  get closed(): boolean {
    return this.#number < 0;
  }

  close(): void {
    const number = this.#forget();
    if (number < 0) return;
    open.delete(this);
    closeSync(number);
  }

  /**
   * Closes it on another thread; resolves once the kernel is done. What is closed at the same time waits at the same
   * time. It counts as open until then.
   */
  async closeOnThread(): Promise<void> {
    const number = this.#forget();
    if (number < 0) return;
    await closeNumber(number);
    open.delete(this);
  }

  /**
   * Closes it on another thread, after those before it. For descriptors of probes, whose last close waits for all CPUs
   * to leave the probe (RCU): 30-120 ms each. It counts as open until it is done; `slowClosesDone` tells when.
   */
  closeSlowly(): void {
    const number = this.#forget();
    if (number < 0) return;
    slowCloses = slowCloses.then(() => closeNumber(number)).then(() => void open.delete(this));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #forget(): number {
    const number = this.#number;
    this.#number = -1;
    return number;
  }
}

function closeNumber(number: number): Promise<void> {
  return new Promise((resolve) => close(number, () => resolve()));
}

/** What is open now, or being closed, in the order of opening: `map events`. */
export function openDescriptors(): readonly string[] {
  return Array.from(open, (fd) => fd.what);
}

/** Resolves when all probes closed so far are gone from the kernel. */
export function slowClosesDone(): Promise<void> {
  return slowCloses;
}
