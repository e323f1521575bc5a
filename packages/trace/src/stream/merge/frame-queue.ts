import { CONTEXT } from '@waggle/bpftrace';
import type { Frame, Maps, Records } from '../frames_pb.ts';
import { nextRecord, viewOf } from '../record-batch.ts';
import type { StreamScript } from '../script/script-json.ts';

export interface QueuedFrame {
  readonly kind: Frame['kind'];
  readonly arrivedMs: number;
  readonly bytes: number;
  /** Of a schema. */
  readonly script?: StreamScript;
}

/** The next record of a queue. */
export interface RecordHead {
  readonly frame: Records;
  readonly view: DataView;
  readonly arrivedMs: number;
  at: number;
  ordinal: bigint;
  timeNs: bigint;
}

/** What a frame costs beside its content. */
const FRAME_COST_BYTES = 256;

/** Frames of one node that wait for their turn, and their records one by one. */
export class FrameQueue {
  readonly #frames: QueuedFrame[] = [];
  #bytes = 0;
  #head: RecordHead | undefined;

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#head === undefined && this.#frames.length === 0;
  }

  push(kind: Frame['kind'], arrivedMs: number, script?: StreamScript): void {
    const bytes = FRAME_COST_BYTES + contentBytes(kind);
    this.#bytes += bytes;
    this.#frames.push({ kind, arrivedMs, bytes, ...(script === undefined ? {} : { script }) });
  }

  /** The next frame, unless it holds records. */
  takeFrame(): QueuedFrame | undefined {
    const next = this.#frames[0];
    if (this.#head !== undefined || next === undefined || next.kind.case === 'records') return undefined;
    this.#remove();
    return next;
  }

  /** The next record, where one comes next. @param timeOf when it happened */
  head(timeOf: (head: RecordHead) => bigint): RecordHead | undefined {
    if (this.#head !== undefined) return this.#head;
    const next = this.#frames[0];
    if (next?.kind.case !== 'records') return undefined;
    this.#remove();
    const frame = next.kind.value;
    const view = viewOf(frame.data);
    if (view.byteLength === 0) return this.head(timeOf);
    this.#head = { frame, view, arrivedMs: next.arrivedMs, at: 0, ordinal: frame.first, timeNs: 0n };
    this.#head.timeNs = timeOf(this.#head);
    return this.#head;
  }

  /** The next records up to a time, of one frame: the first of them in any case. */
  takeRecords(
    untilNs: bigint | undefined,
    timeOf: (head: RecordHead) => bigint,
  ): Pick<Records, 'first' | 'timeNs' | 'data'> {
    const head = this.#head!;
    const { frame, view, at: start, ordinal: first } = head;
    do {
      head.at = nextRecord(view, head.at);
      head.ordinal++;
      if (head.at >= view.byteLength) {
        this.#head = undefined;
        break;
      }
      head.timeNs = timeOf(head);
    } while (untilNs === undefined || head.timeNs <= untilNs);
    return { first, timeNs: frame.timeNs, data: frame.data.subarray(start, head.at) };
  }

  #remove(): void {
    this.#bytes -= this.#frames.shift()!.bytes;
  }
}

/** When a record happened, if its layout says so. CLOCK_BOOTTIME, nanoseconds */
export function bootTimeOf({ view, at }: RecordHead, script: StreamScript | undefined): bigint | undefined {
  const layout = script?.actions[view.getUint32(at, true)]?.layout;
  if (layout?.context !== true || view.getUint32(at + 4, true) < CONTEXT.endBytes) return undefined;
  return view.getBigUint64(at + CONTEXT.timeNs, true);
}

function contentBytes(kind: Frame['kind']): number {
  switch (kind.case) {
    case 'records':
      return kind.value.data.length;
    case 'output':
      return kind.value.record.length + (kind.value.text?.length ?? 0);
    case 'maps':
      return mapBytes(kind.value);
    case 'schema':
      return kind.value.scriptJson.length;
    default:
      return 0;
  }
}

function mapBytes({ maps }: Maps): number {
  let bytes = 0;
  for (const { entries } of maps) {
    for (const { key, value } of entries) {
      bytes += 64 + key.length;
      if (value.case === 'plain') bytes += value.value.length;
      else if (value.case === 'buckets') bytes += 8 * value.value.numbers.length;
    }
  }
  return bytes;
}
