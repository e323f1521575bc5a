import { FactTable } from '../facts/fact-table.ts';
import { encodeFrame, FrameDecoder } from '../frame-codec.ts';
import type { End, Facts, Frame, MapContent, Maps, Records } from '../frames_pb.ts';
import { countRecords } from '../record-batch.ts';
import { decodeScript, type StreamScript } from '../script/script-json.ts';
import { readSourceState, type SourceState } from '../source-state.ts';
import { FrameProblem, StreamError } from '../stream-error.ts';
import { readHello } from '../stream-info.ts';
import { bootTimeOf, FrameQueue, type QueuedFrame, type RecordHead } from './frame-queue.ts';
import type { MergedMaps, NodeMaps } from './merged-maps.ts';

/** One node's way into a merged stream. */
export interface MergeSource {
  /** Where the next connection has to go on, for the agent's query parameters `run` and `from`. Undefined: at the beginning. */
  readonly resume: { readonly run: string; readonly from: bigint } | undefined;
  /**
   * Takes one connection's bytes, no faster than the merged stream is read. `ended`: its last frame came. `cut`: there were no more bytes,
   * or nobody reads the merged stream any more.
   *
   * @throws StreamError where they are damaged, and whatever the chunks throw.
   */
  read(chunks: AsyncIterable<Uint8Array>): Promise<'ended' | 'cut'>;
  /** It does not answer, and will be asked again. */
  waiting(message: string): void;
  /** It will not be asked again. */
  fail(message: string): void;
}

/** What a feed asks of its merger. */
export interface FeedHost {
  readonly bufferBytes: number;
  readonly isDone: boolean;
  nowMs(): number;
  /** Something has come, or has changed. */
  wake(): void;
}

export interface FeedStatus {
  readonly run: string;
  readonly state: SourceState;
  readonly message: string;
  readonly probes: number;
  readonly programs: number;
  readonly firstOrdinal: bigint;
}

/** The frames of one node: a bounded queue between its connections and the merger, and what is known of it as far as the queue has been read. */
export class MergeFeed implements MergeSource {
  readonly index: number;
  readonly name: string;
  /** As far as the queue has been read. */
  readonly facts = new FactTable();
  script: StreamScript | undefined;
  /** Of the runs before this one. */
  pastMaps: NodeMaps | undefined;
  maps: NodeMaps | undefined;
  /** It has sent maps since the merged ones were last written. */
  hasFreshMaps = false;
  hasFinalMaps = false;
  /** Its state is to be told. */
  isChanged = true;
  end: End | undefined;

  readonly #host: FeedHost;
  readonly #queue = new FrameQueue();
  #pieces: MapContent[] = [];
  #onRoom: () => void = () => {};
  #status: FeedStatus = { run: '', state: 'waiting', message: '', probes: 0, programs: 0, firstOrdinal: 0n };
  #trouble: Pick<FeedStatus, 'state' | 'message'> | undefined;
  #isConnected = false;
  #wasConnected = false;
  #isEnded = false;
  #isFailed = false;
  /** As it arrives, ahead of the queue. */
  #arriving: { run: string; next: bigint; state: SourceState };
  #heardMs = 0;

  constructor(
    index: number,
    name: string,
    host: FeedHost,
    resume: { readonly run: string; readonly from: bigint } | undefined,
  ) {
    this.index = index;
    this.name = name;
    this.#host = host;
    this.#arriving = { run: resume?.run ?? '', next: resume?.from ?? 0n, state: 'waiting' };
  }

  get resume(): { readonly run: string; readonly from: bigint } | undefined {
    const { run, next: from } = this.#arriving;
    return run === '' ? undefined : { run, from };
  }

  get status(): FeedStatus {
    return { ...this.#status, ...this.#trouble };
  }

  /** Nothing more comes, and nothing is left. */
  get isDone(): boolean {
    return (this.#isEnded || this.#isFailed) && this.isEmpty;
  }

  get hasFailed(): boolean {
    return this.status.state === 'failed';
  }

  get isEmpty(): boolean {
    return this.#queue.isEmpty;
  }

  /** Records that are older than those of others may still come from it: it streams, or is being asked for the first time. */
  get isAwaited(): boolean {
    if (!this.isEmpty || this.#isFailed) return false;
    if (!this.#isConnected) return !this.#wasConnected && this.#trouble === undefined;
    return this.#arriving.state !== 'ended' && this.#arriving.state !== 'failed';
  }

  async read(chunks: AsyncIterable<Uint8Array>): Promise<'ended' | 'cut'> {
    const decoder = new FrameDecoder();
    this.#isConnected = true;
    this.#heardMs = this.#host.nowMs();
    // What another connection said before, this one says from the beginning.
    if (this.#wasConnected) this.#enqueue(FORGET);
    this.#wasConnected = true;
    try {
      for await (const chunk of chunks) {
        for (const { frame, offset } of decoder.push(chunk)) {
          this.#arrive(frame, offset);
          if (this.#isEnded) return 'ended';
        }
        this.#host.wake();
        await this.#room();
        if (this.#host.isDone) return 'cut';
      }
      return 'cut';
    } finally {
      this.#isConnected = false;
      if (!this.#isEnded) this.#trouble = { state: 'waiting', message: 'the connection was lost' };
      this.isChanged = true;
      this.#host.wake();
    }
  }

  waiting(message: string): void {
    this.#setTrouble('waiting', message);
  }

  fail(message: string): void {
    if (this.#isEnded || this.#isFailed) return;
    this.#isFailed = true;
    this.#setTrouble('failed', message);
  }

  /** Looks whether it has fallen silent. */
  checkSilence(nowMs: number, lagMs: number): void {
    const isSilent = this.#isConnected && this.#arriving.state === 'streaming' && nowMs - this.#heardMs > lagMs;
    if (isSilent && this.#trouble === undefined)
      this.#setTrouble('lagging', `nothing has been heard of it for ${Math.round((nowMs - this.#heardMs) / 1000)} s`);
  }

  /** Nobody reads any more. */
  release(): void {
    this.#onRoom();
  }

  /** The next frame, unless it holds records. */
  takeFrame(): QueuedFrame | undefined {
    const next = this.#queue.takeFrame();
    this.#checkRoom();
    return next;
  }

  /** The next record, where one comes next. */
  head(): RecordHead | undefined {
    const head = this.#queue.head(this.#timeOf);
    this.#checkRoom();
    return head;
  }

  /** The next records up to a time, of one frame: the first of them in any case. */
  takeRecords(untilNs: bigint | undefined): Pick<Records, 'first' | 'timeNs' | 'data'> {
    return this.#queue.takeRecords(untilNs, this.#timeOf);
  }

  /** A `source` frame has its turn. @returns whether it is of another run than before */
  begin({
    run,
    state,
    message,
    probes,
    programs,
    firstOrdinal,
  }: Extract<Frame['kind'], { case: 'source' }>['value']): boolean {
    const isNewRun = this.#status.run !== '' && run !== this.#status.run;
    this.#status = { run, state: readSourceState(state), message, probes, programs, firstOrdinal };
    if (!this.#isFailed) this.#trouble = undefined;
    this.isChanged = true;
    return isNewRun;
  }

  /** What was said before is of no use any more. */
  applyFacts(facts: Facts): void {
    if (facts.forget) this.#pieces = [];
    this.facts.apply(facts);
  }

  /** Maps of a moment have their turn. @throws FrameProblem */
  takeMaps({ maps, more, moment, timeNs }: Maps, merged: MergedMaps): void {
    this.#pieces.push(...maps);
    if (more) return;
    const contents = this.#pieces;
    this.#pieces = [];
    this.maps = merged.read(this.script!, contents, { facts: this.facts, timeNs });
    this.hasFreshMaps = true;
    if (moment === 'final') this.hasFinalMaps = true;
  }

  #arrive({ kind }: Frame, offset: number): void {
    this.#heardMs = this.#host.nowMs();
    if (this.#trouble !== undefined && !this.#isFailed) {
      this.#trouble = undefined;
      this.isChanged = true;
    }
    try {
      this.#accept(kind);
    } catch (error) {
      if (error instanceof FrameProblem) throw new StreamError(error.code, offset, error.message);
      throw error;
    }
  }

  #accept(kind: Frame['kind']): void {
    switch (kind.case) {
      case 'hello':
        readHello(kind.value);
        return;
      case 'source': {
        const { run, state } = kind.value;
        const next = run === this.#arriving.run ? this.#arriving.next : 0n;
        this.#arriving = { run, next, state: readSourceState(state) };
        this.#enqueue(kind);
        return;
      }
      case 'schema':
        this.#enqueue(kind, decodeScript(kind.value.scriptJson));
        return;
      case 'records':
        this.#expect(kind.value.first + BigInt(countRecords(kind.value.data)));
        this.#enqueue(kind);
        return;
      case 'output':
        this.#expect(kind.value.ordinal + 1n);
        this.#enqueue(kind);
        return;
      case 'maps':
        if (kind.value.moment === 'print' && !kind.value.more) this.#expect(kind.value.ordinal + 1n);
        this.#enqueue(kind);
        return;
      case 'end':
        this.#isEnded = true;
        this.end = kind.value;
        return;
      case undefined:
        return;
      default:
        this.#enqueue(kind);
    }
  }

  #expect(next: bigint): void {
    if (next > this.#arriving.next) this.#arriving.next = next;
  }

  #enqueue(kind: Frame['kind'], script?: StreamScript): void {
    this.#queue.push(kind, this.#host.nowMs(), script);
  }

  #checkRoom(): void {
    if (this.#queue.bytes <= this.#host.bufferBytes / 2) this.#onRoom();
  }

  /** Waits while the queue is full. */
  async #room(): Promise<void> {
    while (this.#queue.bytes > this.#host.bufferBytes && !this.#host.isDone) {
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve;
      });
    }
  }

  /** Wall clock. Records that do not say when they happened count as of when they were read from the kernel. */
  readonly #timeOf = (head: RecordHead): bigint => {
    const bootNs = bootTimeOf(head, this.script);
    return bootNs === undefined ? head.frame.timeNs : this.facts.wallClockNs('boot', bootNs);
  };

  #setTrouble(state: SourceState, message: string): void {
    if (this.#isEnded) return;
    this.#trouble = { state, message };
    this.isChanged = true;
    this.#host.wake();
  }
}

const FORGET = ((): Frame['kind'] => {
  const bytes = encodeFrame({ case: 'facts', value: { forget: true } });
  return new FrameDecoder().push(bytes).next().value!.frame.kind;
})();
