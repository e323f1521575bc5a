import type { Fd } from '../sys/fd.ts';
import { type PollHandle, pollReadable } from '../sys/ffi.ts';

export interface PollerOptions {
  /** Gets what a callback throws. Without it, that is an uncaught exception of the process. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Calls back when descriptors are readable: ring buffers, perf buffers, pidfds (readable once the process has exited).
 *
 * The descriptors wait in the event loop's own epoll beside sockets and timers, so there is no thread, no timer and no
 * spinning, and nothing to wake up for a change. Level-triggered: what a callback leaves unread calls it again in the
 * next turn of the loop, so no record is stranded. While anything is watched, the process stays alive.
 */
export class Poller {
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #watched = new Map<number, Watch>();
  // The loop runs once more while Node.js tears down; a callback into the dead environment would abort the process.
  readonly #onExit = (): void => this.close();

  constructor(options: PollerOptions = {}) {
    this.#onError = options.onError;
  }

  /** Descriptors being watched. */
  get size(): number {
    return this.#watched.size;
  }

  /**
   * Watches `fd` until `remove` or `close`; remove it before closing it. @throws TypeError if it is watched already.
   */
  add(fd: Fd | number, onReadable: () => void): void {
    const number = typeof fd === 'number' ? fd : fd.number;
    if (this.#watched.has(number)) throw new TypeError(`descriptor ${number} is watched already`);
    if (this.#watched.size === 0) process.on('exit', this.#onExit);
    const watch = new Watch(number, () => this.#run(onReadable));
    this.#watched.set(number, watch);
  }

  /** Its callback runs no more, not even for what was noticed already. @returns whether it was watched. */
  remove(fd: Fd | number): boolean {
    const number = typeof fd === 'number' ? fd : fd.number;
    const watch = this.#watched.get(number);
    if (watch === undefined) return false;
    this.#watched.delete(number);
    watch.stop();
    if (this.#watched.size === 0) process.off('exit', this.#onExit);
    return true;
  }

  /** Stops watching everything. It may be used again. */
  close(): void {
    for (const number of [...this.#watched.keys()]) this.remove(number);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #run(onReadable: () => void): void {
    try {
      onReadable();
    } catch (error) {
      if (this.#onError === undefined) throw error;
      this.#onError(error);
    }
  }
}

/** One watched descriptor. */
class Watch {
  readonly #handle: PollHandle;
  #immediate: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(fd: number, onReadable: () => void) {
    this.#handle = pollReadable(fd, () => {
      // Out of libuv's callback into one of Node.js's own, in the same turn of the loop: promises work, exceptions are
      // told.
      this.#immediate ??= setImmediate(() => {
        this.#immediate = undefined;
        if (!this.#stopped) onReadable();
      });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#handle.close();
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
  }
}
