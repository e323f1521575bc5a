import { CONTEXT } from '@waggle/bpftrace';
import type { Value } from '@waggle/bpftrace/output';
import type { Identity } from '@waggle/identity';
import type { Schema } from '../schema.ts';
import type { TraceEvent } from '../sink.ts';
import { CommReader } from './comm-reader.ts';

/** A name that was learnt meanwhile shows after so many events of the same cgroup at the latest. */
const EVENTS_PER_LOOKUP = 64;

export interface IdentityLookup {
  lookup(cgroupId: bigint): Identity | undefined;
}

/** What the events of one action have in common. */
interface EventOrigin {
  readonly schema: Schema;
  /** Wall clock minus CLOCK_BOOTTIME. */
  readonly bootOffsetNs: bigint;
  /** Where they come from, if that is not here. */
  readonly node?: string;
}

/**
 * Reads who did it from the front of records. This runs for each event: a 64-bit number that costs an allocation is made
 * only when it is asked for (the time) or when it differs from the last one (the cgroup, as events come in runs).
 */
export class ContextReader {
  readonly #origin: EventOrigin;
  readonly #identities: IdentityLookup;
  readonly #eventsPerLookup: number;
  readonly #comms = new CommReader();
  #cgroupLow = -1;
  #cgroupHigh = -1;
  #cgroupId = 0n;
  #identity: Identity | undefined;
  #uses = 0;

  constructor(origin: EventOrigin, identities: IdentityLookup, eventsPerLookup = EVENTS_PER_LOOKUP) {
    this.#origin = origin;
    this.#identities = identities;
    this.#eventsPerLookup = eventsPerLookup;
  }

  /** @param values the script's own fields of the same record. */
  read(view: DataView, offset: number, values: readonly Value[]): TraceEvent {
    this.#lookUp(view.getUint32(offset + CONTEXT.cgroupId, true), view.getUint32(offset + CONTEXT.cgroupId + 4, true));
    return new DecodedEvent(
      this.#origin,
      view.getUint32(offset + CONTEXT.timeNs, true),
      view.getUint32(offset + CONTEXT.timeNs + 4, true),
      this.#cgroupId,
      this.#identity,
      view.getUint32(offset + CONTEXT.pid, true),
      view.getUint32(offset + CONTEXT.tid, true),
      this.#comms.read(view, offset + CONTEXT.comm),
      values,
    );
  }

  #lookUp(low: number, high: number): void {
    if (low === this.#cgroupLow && high === this.#cgroupHigh && ++this.#uses < this.#eventsPerLookup) return;
    if (low !== this.#cgroupLow || high !== this.#cgroupHigh) this.#cgroupId = join(low, high);
    this.#cgroupLow = low;
    this.#cgroupHigh = high;
    this.#identity = this.#identities.lookup(this.#cgroupId);
    this.#uses = 0;
  }
}

class DecodedEvent implements TraceEvent {
  readonly cgroupId: bigint;
  readonly identity: Identity | undefined;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly values: readonly Value[];
  readonly #origin: EventOrigin;
  readonly #bootLow: number;
  readonly #bootHigh: number;

  constructor(
    origin: EventOrigin,
    bootLow: number,
    bootHigh: number,
    cgroupId: bigint,
    identity: Identity | undefined,
    pid: number,
    tid: number,
    comm: string,
    values: readonly Value[],
  ) {
    this.#origin = origin;
    this.#bootLow = bootLow;
    this.#bootHigh = bootHigh;
    this.cgroupId = cgroupId;
    this.identity = identity;
    this.pid = pid;
    this.tid = tid;
    this.comm = comm;
    this.values = values;
  }

  get schema(): Schema {
    return this.#origin.schema;
  }

  get node(): string | undefined {
    return this.#origin.node;
  }

  get timeNs(): bigint {
    return join(this.#bootLow, this.#bootHigh) + this.#origin.bootOffsetNs;
  }
}

function join(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
