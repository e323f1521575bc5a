/** A set of small integers below a fixed size, for dataflow. */
export class BitSet {
  readonly #words: Uint32Array;

  constructor(size: number) {
    this.#words = new Uint32Array((size + 31) >>> 5);
  }

  has(index: number): boolean {
    return (this.#words[index >>> 5]! & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    this.#words[index >>> 5]! |= 1 << (index & 31);
  }

  delete(index: number): void {
    this.#words[index >>> 5]! &= ~(1 << (index & 31));
  }

  /** Adds all members of `other`; says whether any was new. */
  union(other: BitSet): boolean {
    const mine = this.#words;
    const theirs = other.#words;
    let changed = 0;
    for (let i = 0; i < mine.length; i++) {
      const before = mine[i]!;
      const after = before | theirs[i]!;
      changed |= before ^ after;
      mine[i] = after;
    }
    return changed !== 0;
  }

  /** Becomes `gen ∪ (from ∖ kill)`; says whether that was a change. */
  transfer(from: BitSet, gen: BitSet, kill: BitSet): boolean {
    const mine = this.#words;
    let changed = 0;
    for (let i = 0; i < mine.length; i++) {
      const after = gen.#words[i]! | (from.#words[i]! & ~kill.#words[i]!);
      changed |= mine[i]! ^ after;
      mine[i] = after;
    }
    return changed !== 0;
  }

  copyFrom(other: BitSet): void {
    this.#words.set(other.#words);
  }

  /** Calls `visit` with each member, rising. */
  forEach(visit: (index: number) => void): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) {
      for (let word = words[i]!; word !== 0; word &= word - 1) visit((i << 5) + 31 - Math.clz32(word & -word));
    }
  }

  /** Whether any of `from` up to, not including, `to` is a member. */
  hasRange(from: number, to: number): boolean {
    for (let index = from; index < to; index++) if (this.has(index)) return true;
    return false;
  }

  addRange(from: number, to: number): void {
    for (let index = from; index < to; index++) this.add(index);
  }

  deleteRange(from: number, to: number): void {
    for (let index = from; index < to; index++) this.delete(index);
  }
}
