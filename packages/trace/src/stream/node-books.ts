import type { Ledger } from '../ledger.ts';
import { addLedgers, EMPTY_LEDGER } from './ledger-message.ts';

/**
 * What became of one node's records, over all its runs and all connections to it: what the node says, and what did not arrive, which the
 * ordinals tell exactly.
 */
export class NodeBooks {
  #run = '';
  /** Ordinal of the record that comes next. */
  #next = 0;
  /** Records before the first that was asked for. */
  #skipped = 0;
  #gaps = 0;
  #current: Ledger = EMPTY_LEDGER;
  #past: Ledger = EMPTY_LEDGER;
  #isFresh = true;

  get run(): string {
    return this.#run;
  }

  get next(): number {
    return this.#next;
  }

  /** A `source` frame: of another run, the old one's books are closed. */
  begin(run: string, firstOrdinal: number): void {
    if (run !== this.#run) {
      this.#past = this.ledger;
      this.#current = EMPTY_LEDGER;
      this.#run = run;
      this.#next = 0;
      this.#skipped = 0;
      this.#gaps = 0;
      this.#isFresh = true;
    }
    if (this.#isFresh && firstOrdinal > 0) {
      this.#skipped = firstOrdinal;
      this.#next = firstOrdinal;
    }
  }

  /** Records from `first` on are here. @returns how many of them have been here before */
  arrive(first: number, count: number): number {
    this.#isFresh = false;
    const known = Math.min(count, Math.max(0, this.#next - first));
    if (first > this.#next) this.#gaps += first - this.#next;
    this.#next = Math.max(this.#next, first + count);
    return known;
  }

  /** What the node says of its run. */
  tell(ledger: Ledger): void {
    this.#current = ledger;
  }

  /** `seen = kept + lost.ringFull + lost.afterExit + lost.slowReader`; `kept` is what arrived here. */
  get ledger(): Ledger {
    const { seen, kept, lost } = this.#current;
    const missing = this.#gaps + Math.max(0, kept - this.#next);
    // The node may not have told of the newest yet.
    const untold = Math.max(0, this.#next - kept);
    const current: Ledger = {
      ...this.#current,
      seen: seen + untold - this.#skipped,
      kept: kept + untold - this.#skipped - missing,
      lost: { ...lost, slowReader: missing },
    };
    return addLedgers(this.#past, current);
  }
}
