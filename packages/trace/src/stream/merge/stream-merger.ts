import type { MessageInitShape } from '@bufbuild/protobuf';
import { concatenate, encodeFrame, type FrameInit } from '../frame-codec.ts';
import type { EndSchema, Frame } from '../frames_pb.ts';
import { encodeRecords } from '../records-frame.ts';
import { parseResume, type ResumeState } from '../resume.ts';
import { MERGED_STATE } from '../source-state.ts';
import { FrameProblem } from '../stream-error.ts';
import { helloFrame, type StreamInfo } from '../stream-info.ts';
import { type FeedHost, MergeFeed, type MergeSource } from './merge-feed.ts';
import { MergedMaps } from './merged-maps.ts';
import { MinHeap } from './min-heap.ts';

export interface StreamMergerOptions {
  readonly info: StreamInfo;
  /** A record waits at most so long for older ones of other nodes. */
  readonly delayMs?: number;
  /** Of each source; a source that brings more is read no further. */
  readonly bufferBytes?: number;
  /** A node is said to lag when nothing has been heard of it for so long. */
  readonly lagMs?: number;
  /** The query parameter `resume` of a reader that was here before. */
  readonly resume?: string;
  /** A clock that never goes back. */
  readonly nowMs?: () => number;
}

const DELAY_MS = 100;
const BUFFER_BYTES = 4 * 1024 * 1024;
const LAG_MS = 5000;
/** What a reader of the merged stream gets at a time. */
const CHUNK_BYTES = 64 * 1024;
/** The source that stands for all nodes together. */
const MERGED = 0;

/**
 * Makes one stream of the streams of many nodes: records in order of time as far as a bounded delay allows, maps as one, and how each node
 * is. Iterate it once.
 */
export class StreamMerger implements AsyncIterable<Uint8Array>, FeedHost {
  readonly bufferBytes: number;
  readonly nowMs: () => number;
  readonly #info: StreamInfo;
  readonly #delayMs: number;
  readonly #lagMs: number;
  readonly #resume: ResumeState;
  readonly #feeds = new Map<string, MergeFeed>();
  #merged: MergedMaps | undefined;
  /** When merged maps are written, whoever has not sent theirs yet. */
  #mapsDueMs: number | undefined;
  #out: Uint8Array[] = [];
  #outBytes = 0;
  #isClosed = false;
  #isOver = false;
  #isAbandoned = false;
  #wake: () => void = () => {};

  constructor({ info, delayMs, bufferBytes, lagMs, resume, nowMs }: StreamMergerOptions) {
    this.#info = info;
    this.#delayMs = delayMs ?? DELAY_MS;
    this.#lagMs = lagMs ?? LAG_MS;
    this.#resume = parseResume(resume ?? '');
    this.bufferBytes = bufferBytes ?? BUFFER_BYTES;
    this.nowMs = nowMs ?? (() => performance.now());
  }

  /** Nobody reads any more, or everything has been read. */
  get isDone(): boolean {
    return this.#isAbandoned || this.#isOver;
  }

  /** The way in for a node, at any time. */
  source(name: string): MergeSource {
    const known = this.#feeds.get(name);
    if (known !== undefined) return known;
    const feed = new MergeFeed(this.#feeds.size + 1, name, this, this.#resume.get(name));
    this.#feeds.set(name, feed);
    this.wake();
    return feed;
  }

  /** No node joins any more: the stream ends with the last that is known. */
  close(): void {
    this.#isClosed = true;
    this.wake();
  }

  wake(): void {
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      this.#emit(helloFrame(this.#info, BigInt(Date.now()) * 1_000_000n));
      while (!this.#isOver || this.#out.length > 0) {
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        const waitMs = this.#isOver ? 0 : this.#advance();
        if (this.#out.length > 0) yield this.#take();
        else if (!this.#isOver) await sleep(waitMs, woken);
      }
    } finally {
      this.#isAbandoned = true;
      for (const feed of this.#feeds.values()) feed.release();
    }
  }

  #take(): Uint8Array {
    const chunk = concatenate(this.#out);
    this.#out = [];
    this.#outBytes = 0;
    return chunk;
  }

  /** Writes what can be written now, up to a chunk. @returns how long nothing will change by itself, milliseconds */
  #advance(): number {
    const nowMs = this.nowMs();
    for (const feed of this.#feeds.values()) {
      feed.checkSilence(nowMs, this.#lagMs);
      this.#pass(feed);
    }
    const recordsDueMs = this.#writeRecords(nowMs);
    if (this.#outBytes >= CHUNK_BYTES) return 0;
    this.#writeIntervalMaps(nowMs);
    if (this.#isClosed && [...this.#feeds.values()].every(({ isDone }) => isDone)) this.#finish();
    const dueMs = Math.min(recordsDueMs, this.#mapsDueMs ?? Number.POSITIVE_INFINITY, nowMs + this.#lagMs / 4);
    return Math.max(1, dueMs - nowMs);
  }

  /** What is next of a node and no record has no order among the nodes: it goes at once. */
  #pass(feed: MergeFeed): void {
    if (feed.isChanged) this.#announce(feed);
    for (let next = feed.takeFrame(); next !== undefined; next = feed.takeFrame()) {
      try {
        if (next.kind.case === 'schema') {
          feed.script = next.script!;
          this.#passSchema(feed, next.kind.value.scriptJson);
        } else this.#passFrame(feed, next.kind);
      } catch (error) {
        if (!(error instanceof FrameProblem)) throw error;
        feed.fail(error.message);
      }
    }
    if (feed.isChanged) this.#announce(feed);
  }

  #passFrame(feed: MergeFeed, kind: Frame['kind']): void {
    const source = feed.index;
    switch (kind.case) {
      case 'source':
        if (feed.begin(kind.value)) this.#closeRun(feed);
        this.#announce(feed);
        return;
      case 'facts':
        feed.applyFacts(kind.value);
        this.#write({ case: 'facts', value: { ...kind.value, source } });
        return;
      case 'maps':
        if (kind.value.moment === 'print') this.#write({ case: 'maps', value: { ...kind.value, source } });
        else this.#passMaps(feed, kind.value);
        return;
      case 'identities':
        this.#write({ case: 'identities', value: { ...kind.value, source } });
        return;
      case 'output':
        this.#write({ case: 'output', value: { ...kind.value, source } });
        return;
      case 'ledger':
        this.#write({ case: 'ledger', value: { ...kind.value, source } });
        return;
    }
  }

  #passSchema(feed: MergeFeed, scriptJson: Uint8Array): void {
    if (this.#merged === undefined) {
      this.#merged = new MergedMaps(feed.script!);
      this.#write({ case: 'source', value: { index: MERGED, state: MERGED_STATE } });
      this.#write({ case: 'schema', value: { source: MERGED, scriptJson } });
    }
    if (feed.isChanged) this.#announce(feed);
    this.#write({ case: 'schema', value: { source: feed.index, scriptJson } });
  }

  #passMaps(feed: MergeFeed, frame: Extract<Frame['kind'], { case: 'maps' }>['value']): void {
    if (this.#merged === undefined || feed.script === undefined) throw new FrameProblem('maps before their schema');
    feed.takeMaps(frame, this.#merged);
    if (!frame.more && frame.moment !== 'final') this.#mapsDueMs ??= this.nowMs() + 2 * this.#delayMs;
  }

  /** What a run came to before another began still counts. */
  #closeRun(feed: MergeFeed): void {
    if (this.#merged === undefined || feed.maps === undefined) return;
    feed.pastMaps = this.#merged.merge(feed.pastMaps === undefined ? [feed.maps] : [feed.pastMaps, feed.maps]);
    feed.maps = undefined;
  }

  /** Records in order of time. @returns when the next may go at the latest, milliseconds */
  #writeRecords(nowMs: number): number {
    const heap = new MinHeap<MergeFeed>();
    const agedMs = nowMs - this.#delayMs;
    let agedCount = 0;
    let isAwaiting = false;
    const enter = (feed: MergeFeed) => {
      const head = feed.head();
      if (head === undefined) {
        isAwaiting ||= feed.isAwaited;
        return;
      }
      if (head.arrivedMs <= agedMs) agedCount++;
      heap.push(head.timeNs, feed);
    };
    for (const feed of this.#feeds.values()) enter(feed);
    while (heap.size > 0 && (!isAwaiting || agedCount > 0) && this.#outBytes < CHUNK_BYTES) {
      const feed = heap.pop()!;
      if (feed.head()!.arrivedMs <= agedMs) agedCount--;
      this.#emit(encodeRecords({ source: feed.index, ...feed.takeRecords(heap.rank) }));
      this.#pass(feed);
      enter(feed);
    }
    const heads = [...this.#feeds.values()].flatMap((feed) => feed.head()?.arrivedMs ?? []);
    return Math.min(...heads) + this.#delayMs;
  }

  /** The maps of all nodes, once each has sent its own, or has had the time to. */
  #writeIntervalMaps(nowMs: number): void {
    if (this.#mapsDueMs === undefined) return;
    const late = [...this.#feeds.values()].some((feed) => feed.status.state === 'streaming' && !feed.hasFreshMaps);
    if (late && nowMs < this.#mapsDueMs) return;
    this.#mapsDueMs = undefined;
    for (const feed of this.#feeds.values()) feed.hasFreshMaps = false;
    this.#writeMaps('interval');
  }

  #writeMaps(moment: 'interval' | 'final'): void {
    const merged = this.#merged!;
    const parts = [...this.#feeds.values()].flatMap(({ pastMaps, maps }) =>
      [pastMaps, maps].filter((part) => part !== undefined),
    );
    const { facts, pieces } = merged.write(merged.merge(parts));
    if (facts !== undefined) this.#write({ case: 'facts', value: { ...facts, source: MERGED } });
    for (const [index, maps] of pieces.entries()) {
      const more = index < pieces.length - 1;
      const timeNs = BigInt(Date.now()) * 1_000_000n;
      this.#write({ case: 'maps', value: { source: MERGED, moment, maps, more, timeNs } });
    }
  }

  #finish(): void {
    const feeds = [...this.#feeds.values()];
    if (feeds.some(({ hasFinalMaps }) => hasFinalMaps)) this.#writeMaps('final');
    this.#write({ case: 'end', value: endOf(feeds) });
    this.#isOver = true;
  }

  #announce(feed: MergeFeed): void {
    feed.isChanged = false;
    const { script, status } = feed;
    const misfits = script === undefined ? [] : (this.#merged?.misfits(script) ?? []);
    const message =
      misfits.length === 0 ? status.message : `${status.message} (${misfits.join(', ')}: of other types here)`;
    this.#write({ case: 'source', value: { ...status, index: feed.index, name: feed.name, message } });
  }

  #write(frame: FrameInit): void {
    this.#emit(encodeFrame(frame));
  }

  #emit(bytes: Uint8Array): void {
    this.#out.push(bytes);
    this.#outBytes += bytes.length;
  }
}

/** How a trace ended that ran on several nodes: as on the last that ended well; failed only where it did so everywhere. */
function endOf(feeds: readonly MergeFeed[]): MessageInitShape<typeof EndSchema> {
  const good = feeds.flatMap(({ end }) => (end === undefined || end.reason === 'error' ? [] : [end]));
  const exitCode = good.find((end) => end.exitCode !== 0)?.exitCode ?? 0;
  if (good.length > 0) return { reason: good.at(-1)!.reason, exitCode };
  const failed = feeds.find(({ hasFailed }) => hasFailed);
  if (failed === undefined) return { reason: 'stopped' };
  return { reason: 'error', exitCode: 1, error: failed.end?.error || failed.status.message };
}

/** Until woken, and so long at most. */
function sleep(ms: number, woken: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void woken.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
