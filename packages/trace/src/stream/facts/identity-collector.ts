import { CONTEXT } from '@waggle/bpftrace';
import type { Identity } from '@waggle/identity';

/** Readers keep no more identities, old ones of the same cgroups counted, before they begin anew. */
const MAX_IDENTITIES = 16_384;

/** The sending side's memory of the identities that a stream's readers know. */
export class IdentityCollector {
  readonly #identities: { lookup(cgroupId: bigint): Identity | undefined };
  readonly #told = new Map<bigint, Identity>();
  #toldCount = 0;
  /** Cgroups of records that wait, as numbers where those are exact. */
  readonly #met = new Set<number | bigint>();
  #lastLow = -1;
  #lastHigh = -1;

  constructor(identities: { lookup(cgroupId: bigint): Identity | undefined }) {
    this.#identities = identities;
  }

  /** The readers should forget: see `forget`. */
  get isFull(): boolean {
    return this.#toldCount >= MAX_IDENTITIES;
  }

  /** Notes the cgroup of a record with context. This runs for every one: they come in runs, so it is mostly the last one's. */
  meet(view: DataView, offset: number): void {
    const low = view.getUint32(offset + CONTEXT.cgroupId, true);
    const high = view.getUint32(offset + CONTEXT.cgroupId + 4, true);
    if (low === this.#lastLow && high === this.#lastHigh) return;
    this.#lastLow = low;
    this.#lastHigh = high;
    this.#met.add(high < 0x20_0000 ? high * 0x1_0000_0000 + low : (BigInt(high) << 32n) | BigInt(low));
  }

  /** Identities of the cgroups met since the last time that are new, or that have changed. */
  take(): Identity[] {
    const changed: Identity[] = [];
    for (const met of this.#met) {
      const cgroupId = BigInt(met);
      const identity = this.#identities.lookup(cgroupId);
      if (identity === undefined || identity === this.#told.get(cgroupId)) continue;
      this.#told.set(cgroupId, identity);
      changed.push(identity);
    }
    this.#met.clear();
    this.#lastLow = -1;
    this.#toldCount += changed.length;
    return changed;
  }

  /** Nothing has been said: the reader forgets as well. */
  forget(): void {
    this.#told.clear();
    this.#toldCount = 0;
  }
}
