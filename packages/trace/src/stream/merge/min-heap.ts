/** Things in order of a number each, the smallest first; of equals, the one that came first. */
export class MinHeap<T> {
  readonly #items: { readonly rank: bigint; readonly order: number; readonly item: T }[] = [];
  #pushed = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The smallest number. */
  get rank(): bigint | undefined {
    return this.#items[0]?.rank;
  }

  push(rank: bigint, item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push({ rank, order: this.#pushed++, item });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || items.length === 0) return first?.item;
    items[0] = last!;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < items.length && this.#isBefore(child, least)) least = child;
      if (least === at) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [left, right] = [this.#items[a]!, this.#items[b]!];
    return left.rank < right.rank || (left.rank === right.rank && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b]!, items[a]!];
  }
}
