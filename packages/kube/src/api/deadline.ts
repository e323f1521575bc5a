import { KubeConnectionError } from './kube-error.ts';

/**
 * A signal that fires when the caller's does, or when the time is over. Not `AbortSignal.any`: what that ties to a signal that lives as long as
 * the process stays in memory for as long.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = () => this.#controller.abort(this.#outer?.reason);
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal | undefined, timeoutMs: number, what: string) {
    this.#outer = outer;
    if (outer?.aborted) this.#onAbort();
    outer?.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(() => this.#expire(timeoutMs, what), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** No time limit from now on. */
  lift(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Ends what goes by the signal. */
  abort(reason?: unknown): void {
    this.#controller.abort(reason);
    this.release();
  }

  /** Once whatever it watches over has come to its end. */
  release(): void {
    this.lift();
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }

  #expire(timeoutMs: number, what: string): void {
    this.#controller.abort(new KubeConnectionError('TIMEOUT', `no answer to ${what} within ${timeoutMs / 1000} s`));
  }
}
