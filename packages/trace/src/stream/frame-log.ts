import { create } from '@bufbuild/protobuf';
import { concatenate, type EncodedFrame, encodeFrame, FrameDecoder } from './frame-codec.ts';
import { SourceSchema } from './frames_pb.ts';

/** One reader's way through a log. Iterate it once; it ends behind the stream's last frame. */
export interface LogSubscription extends AsyncIterable<Uint8Array> {
  /** Records that were dropped before this reader took them, exactly. */
  readonly missed: bigint;
  close(): void;
}

export interface SubscribeOptions {
  /** Ordinal of the first record that is wanted; `now`: of the next that comes. Absent: as far back as the log goes. */
  readonly from?: bigint | 'now';
}

/** What a reader gets at a time: the frames that are there, up to so many bytes. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The newest part of one node's stream, within bounds, for readers that come at any time and read at their own speed. What is said once and
 * for all (hello, schema, facts that still hold) is kept beside, so that every reader can begin anywhere.
 */
export class FrameLog {
  readonly #maxBytes: number;
  readonly #entries: EncodedFrame[] = [];
  #bytes = 0;
  /** How many entries have been dropped in front of `#entries[0]`. */
  #dropped = 0;
  #hello: Uint8Array = NOTHING;
  #schema: Uint8Array = NOTHING;
  /** As they were in front of `#entries[0]`. */
  #source: Uint8Array = NOTHING;
  #ledger: Uint8Array = NOTHING;
  #facts: Uint8Array[] = [];
  #nextOrdinal = 0n;
  #isEnded = false;
  readonly #waiting = new Set<() => void>();

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Whoever reads can begin. */
  get begun(): boolean {
    return this.#hello !== NOTHING;
  }

  /** The stream is whole. */
  get ended(): boolean {
    return this.#isEnded;
  }

  /** Takes the next frame of the stream: give it to a `FrameWriter` as `write`. */
  append(frame: EncodedFrame): void {
    if (frame.kind === 'hello') this.#hello = frame.bytes;
    else if (frame.kind === 'schema') this.#schema = frame.bytes;
    // It comes in front of the schema.
    else if (frame.kind === 'source' && this.#source === NOTHING) this.#source = frame.bytes;
    else this.#push(frame);
    if (frame.kind === 'end') this.#isEnded = true;
    for (const wake of [...this.#waiting]) wake();
  }

  subscribe({ from = 0n }: SubscribeOptions = {}): LogSubscription {
    return new Subscription(this, from === 'now' ? this.#nextOrdinal : from, from === 'now');
  }

  /** Where a reader begins that has all records before `from`: the frames to send first, and the place of the next one. */
  begin(from: bigint, skips: boolean): { readonly frames: Uint8Array[]; readonly next: number } {
    const behind = this.#entries.findLastIndex(
      ({ first, count }) => first !== undefined && first + BigInt(count!) <= from,
    );
    const start = from === this.#nextOrdinal && skips ? this.#entries.length : behind + 1;
    const before = this.#entries.slice(0, start);
    const last = (kind: EncodedFrame['kind'], fallback: Uint8Array) =>
      before.findLast((entry) => entry.kind === kind)?.bytes ?? fallback;
    const source = last('source', this.#source);
    const frames = [
      this.#hello,
      skips ? withFirstOrdinal(source, from) : source,
      this.#schema,
      ...before.filter(isFact).reduce(addFact, [...this.#facts]),
      last('ledger', this.#ledger),
    ];
    return { frames, next: this.#dropped + start };
  }

  /** The frames from a place on: undefined where there are none yet. A reader that was overtaken is told everything anew. */
  read(
    at: number,
  ): { readonly frames: EncodedFrame[]; readonly next: number; readonly overtaken: Uint8Array[] } | undefined {
    const start = Math.max(at, this.#dropped);
    const frames: EncodedFrame[] = [];
    let bytes = 0;
    for (let index = start - this.#dropped; index < this.#entries.length && bytes < CHUNK_BYTES; index++) {
      frames.push(this.#entries[index]!);
      bytes += this.#entries[index]!.bytes.length;
    }
    if (frames.length === 0) return undefined;
    const overtaken = at < this.#dropped ? [FORGET, this.#source, ...this.#facts, this.#ledger] : [];
    return { frames, next: start + frames.length, overtaken };
  }

  get nextOrdinal(): bigint {
    return this.#nextOrdinal;
  }

  /** Resolves with the next frame, or when `abandon` is called. */
  wait(onAbandon: (abandon: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      onAbandon(wake);
    });
  }

  #push(frame: EncodedFrame): void {
    this.#entries.push(frame);
    this.#bytes += frame.bytes.length;
    if (frame.first !== undefined) this.#nextOrdinal = frame.first + BigInt(frame.count!);
    let count = 0;
    // What a trace comes to in the end stays, however large.
    while (this.#bytes > this.#maxBytes && this.#entries[count]!.final !== true && count < this.#entries.length - 1) {
      this.#bytes -= this.#entries[count]!.bytes.length;
      this.#drop(this.#entries[count]!);
      count++;
    }
    this.#entries.splice(0, count);
    this.#dropped += count;
  }

  #drop(frame: EncodedFrame): void {
    if (frame.kind === 'source') this.#source = frame.bytes;
    else if (frame.kind === 'ledger') this.#ledger = frame.bytes;
    else if (isFact(frame)) this.#facts = addFact(this.#facts, frame);
  }
}

class Subscription implements LogSubscription {
  readonly #log: FrameLog;
  readonly #from: bigint;
  readonly #skips: boolean;
  #expected: bigint;
  #missed = 0n;
  #isClosed = false;
  #abandon: () => void = () => {};

  constructor(log: FrameLog, from: bigint, skips: boolean) {
    this.#log = log;
    this.#from = from;
    this.#skips = skips;
    this.#expected = from;
  }

  get missed(): bigint {
    return this.#missed;
  }

  close(): void {
    this.#isClosed = true;
    this.#abandon();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (!this.#log.begun && !this.#isClosed) await this.#wait();
    let { frames, next } = this.#log.begin(this.#from, this.#skips);
    yield concatenate(frames);
    while (!this.#isClosed) {
      const found = this.#log.read(next);
      if (found === undefined) {
        await this.#wait();
        continue;
      }
      next = found.next;
      for (const frame of found.frames) this.#count(frame);
      frames = [...found.overtaken, ...found.frames.map(({ bytes }) => bytes)];
      yield concatenate(frames);
      if (found.frames.at(-1)!.kind === 'end') return;
    }
  }

  #wait(): Promise<void> {
    return this.#log.wait((abandon) => {
      this.#abandon = abandon;
    });
  }

  #count({ kind, first, count }: EncodedFrame): void {
    const arrived = kind === 'end' ? this.#log.nextOrdinal : first;
    if (arrived === undefined) return;
    if (arrived > this.#expected) this.#missed += arrived - this.#expected;
    const next = arrived + BigInt(count ?? 0);
    if (next > this.#expected) this.#expected = next;
  }
}

const NOTHING = new Uint8Array(0);
const FORGET = encodeFrame({ case: 'facts', value: { source: 0, forget: true } });

function isFact({ kind }: EncodedFrame): boolean {
  return kind === 'facts' || kind === 'identities';
}

/** What still holds after a frame of facts; `held` is used up. */
function addFact(held: Uint8Array[], frame: EncodedFrame): Uint8Array[] {
  if (frame.forgets === true) return [frame.bytes];
  held.push(frame.bytes);
  return held;
}

/** The source frame for a reader that wants nothing before `first`. */
function withFirstOrdinal(bytes: Uint8Array, first: bigint): Uint8Array {
  const { value: located } = new FrameDecoder().push(bytes).next();
  const source = located?.frame.kind.case === 'source' ? located.frame.kind.value : create(SourceSchema);
  return encodeFrame({ case: 'source', value: { ...source, firstOrdinal: first } });
}
