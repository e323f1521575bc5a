/**
 * Decisions of a generator, taken one behind the other from a list of numbers. Where the list is used up, every decision is the first
 * alternative: a list that shrinks makes what is generated simpler, and stays valid whatever is taken from it.
 */
export class Choices {
  readonly #numbers: ArrayLike<number>;
  #at = 0;

  /** @param numbers Each from 0 to 65535. */
  constructor(numbers: ArrayLike<number>) {
    this.#numbers = numbers;
  }

  /** From 0 to `limit` less one. */
  below(limit: number): number {
    const number = this.#numbers[this.#at++] ?? 0;
    return Math.floor((number * limit) / 65536);
  }

  /** True in that many of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  pick<T>(all: readonly T[]): T {
    if (all.length === 0) throw new RangeError('nothing to choose from');
    return all[this.below(all.length)] as T;
  }

  /** Takes one of the alternatives, as often as their weights say; those of weight 0 never. */
  weighted<T>(...alternatives: readonly (readonly [weight: number, make: () => T])[]): T {
    let left = this.below(alternatives.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of alternatives) {
      if (left < weight) return make();
      left -= weight;
    }
    throw new RangeError('nothing to choose from');
  }
}
