import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives memory back once a burst of work is over: an agent waits for most of its life, and what compiling has left behind would stay until something
 * else needs room, which may be never.
 */
export class MemoryTrim implements Disposable {
  readonly #delayMs: number;
  readonly #release: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param release called before memory is collected, to let go of what can be had again */
  constructor(delayMs: number, release: () => void) {
    this.#delayMs = delayMs;
    this.#release = release;
  }

  /** There is work now: not before it has been quiet for a while. */
  postpone(): void {
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#trim(), this.#delayMs).unref();
    else this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #trim(): void {
    this.#timer = undefined;
    this.#release();
    collectGarbage();
  }
}

/** Node.js offers it behind a flag only, which can be set while it runs. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
