/** Growing pauses between tries. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Pauses that double from `firstMs` up to `maxMs`, each shortened by a random part of at most its half: many that lost the same server do
 * not come back all at once.
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #failures = 0;

  constructor(limits: BackoffLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  nextMs(): number {
    const { firstMs, maxMs } = this.#limits;
    const wholeMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return Math.round(wholeMs * (1 - this.#random() / 2));
  }

  reset(): void {
    this.#failures = 0;
  }
}
