import type { Action, CompiledScript, RecordField } from '@waggle/bpftrace';
import {
  compilePrintf,
  compileRecordDecoder,
  equalValues,
  type MapSnapshot,
  type RenderContext,
} from '@waggle/bpftrace/output';
import type { Identity } from '@waggle/identity';
import type { Ledger } from '../ledger.ts';
import type { AttachedInfo, Scene, Sink, TraceEnd } from '../sink.ts';
import { type AskFacts, FactCollector } from './facts/fact-collector.ts';
import { IdentityCollector } from './facts/identity-collector.ts';
import { identityInit } from './facts/identity-message.ts';
import { MapAsker } from './facts/map-asker.ts';
import { concatenate, type EncodedFrame, encodeFrame, type FrameInit } from './frame-codec.ts';
import { ledgerInit } from './ledger-message.ts';
import { entryInit, mapPieces } from './map-message.ts';
import { RecordBatch, singleRecord } from './record-batch.ts';
import { encodeRecords } from './records-frame.ts';
import { encodeScript } from './script/script-json.ts';
import type { SourceState } from './source-state.ts';
import { helloFrame, type StreamInfo } from './stream-info.ts';
import { slotsOf } from './value-slots.ts';

export interface FrameWriterParts {
  readonly script: CompiledScript;
  readonly info: StreamInfo;
  readonly source: {
    /** The node; empty where the stream is of this machine alone. */
    readonly name: string;
    /** Different for each run of a trace. */
    readonly run: string;
  };
  readonly identities: { lookup(cgroupId: bigint): Identity | undefined };
  /** The trace's books now; undefined while there are none. Asked every second. */
  readonly ledger?: () => Ledger | undefined;
  /** Kernel stacks go out with names, and with numbers in place of addresses: for readers who may see only some of the node's pods. */
  readonly hidesKernelAddresses?: boolean;
  /** What `cat()` and `system()` do; absent: nothing. */
  readonly effects?: Required<Pick<Scene, 'readFile' | 'runCommand'>>;
  /** Takes the stream, frame by frame. */
  readonly write: (frame: EncodedFrame) => void;
  /** A promise where whoever takes it wants to be left alone until then. */
  readonly ready?: () => Promise<void> | undefined;
}

/** A batch is not larger, but for the record that makes it full. */
const BATCH_BYTES = 64 * 1024;
const LEDGER_INTERVAL_MS = 1000;

/** A node's stream holds one source. */
const SOURCE = 0;

/** What the writer has to do for the records of one action. */
interface RecordPlan {
  readonly hasContext: boolean;
  readonly ask: AskFacts | undefined;
  /** Of an action that is done here, and not only shown: what it does in place of joining the batch. */
  readonly perform: ((view: DataView, offset: number, length: number, scene: Scene) => void) | undefined;
}

/**
 * The sending end: a sink that makes a trace's stream of its results. A record costs a copy, and a look at its cgroup; it leaves when the
 * engine has read what there is (`ready`), or with the batch that it fills.
 */
export class FrameWriter implements Sink {
  readonly #parts: FrameWriterParts;
  readonly #plans: readonly RecordPlan[];
  readonly #mapAsker: MapAsker;
  readonly #facts: FactCollector;
  readonly #batch = new RecordBatch();
  readonly #identities: IdentityCollector;
  #ordinal = 0;
  #render: RenderContext | undefined;
  #info: AttachedInfo = { probes: 0, programs: 0 };
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Says at once what the stream is, and how to read it. */
  constructor(parts: FrameWriterParts) {
    this.#parts = parts;
    const { script, info } = parts;
    this.#facts = new FactCollector(parts.hidesKernelAddresses);
    this.#plans = script.actions.map((action) => this.#plan(action));
    this.#mapAsker = new MapAsker(script, this.#facts);
    this.#identities = new IdentityCollector(parts.identities);
    parts.write({ kind: 'hello', bytes: helloFrame(info, nowNs()) });
    this.#source('starting');
    this.#write({ case: 'schema', value: { source: SOURCE, scriptJson: encodeScript(script) } });
  }

  attached(info: AttachedInfo): void {
    this.#info = info;
    this.#source('streaming');
    this.#timer = setInterval(() => this.#tick(), LEDGER_INTERVAL_MS);
    // Nothing waits for this: the trace's own timers keep a process alive.
    if (typeof this.#timer === 'object') this.#timer.unref();
  }

  record(actionId: number, view: DataView, offset: number, length: number, scene: Scene): void {
    this.#render = scene.render;
    if (this.#isFull) this.#forget();
    const { hasContext, ask, perform } = this.#plans[actionId]!;
    if (hasContext) this.#identities.meet(view, offset);
    if (ask !== undefined) ask(view, offset, scene.render);
    if (perform !== undefined) {
      perform(view, offset, length, scene);
      return;
    }
    this.#batch.add(view, offset, length);
    this.#ordinal++;
    if (this.#batch.byteLength >= BATCH_BYTES) this.#flush();
  }

  /** Events come as records. */
  event(): never {
    throw new TypeError('a writer of frames takes records, not events');
  }

  action(): never {
    throw new TypeError('a writer of frames takes records, not actions');
  }

  maps(snapshots: readonly MapSnapshot[], { final, scene }: { readonly final: boolean; readonly scene: Scene }): void {
    this.#render = scene.render;
    this.#flush();
    if (this.#isFull) this.#forget();
    this.#mapFrames(snapshots, { moment: final ? 'final' : 'interval' }, scene.render);
  }

  ready(): Promise<void> | undefined {
    this.#flush();
    return this.#parts.ready?.();
  }

  end({ reason, exitCode, ledger, error }: TraceEnd): void {
    clearInterval(this.#timer);
    this.#flush();
    this.#write({ case: 'ledger', value: ledgerInit(SOURCE, ledger) });
    const message = error === undefined ? '' : errorText(error);
    this.#source(error === undefined ? 'ended' : 'failed', message);
    this.#write({ case: 'end', value: { reason, exitCode, error: message } }, { final: true });
  }

  /** In place of `end`, where the trace could not be started. */
  fail(message: string): void {
    clearInterval(this.#timer);
    this.#source('failed', message);
    this.#write({ case: 'end', value: { reason: 'error', exitCode: 1, error: message } }, { final: true });
  }

  /** Everything that waits leaves: what the records need first. */
  #flush(): void {
    const { count } = this.#batch;
    if (count === 0) return;
    this.#flushKnowledge(this.#render!);
    const first = BigInt(this.#ordinal - count);
    const bytes = encodeRecords({ source: SOURCE, first, timeNs: nowNs(), data: this.#batch.take() });
    this.#parts.write({ kind: 'records', bytes, first, count });
  }

  get #isFull(): boolean {
    return this.#facts.isFull || this.#identities.isFull;
  }

  /** Nothing waits any more that needs what was said: the reader may forget it. */
  #forget(): void {
    this.#flush();
    this.#facts.forget();
    this.#identities.forget();
  }

  #flushKnowledge(render: RenderContext): void {
    const facts = this.#facts.take(render);
    if (facts !== undefined)
      this.#write({ case: 'facts', value: { source: SOURCE, ...facts } }, { forgets: facts.forget === true });
    const changed = this.#identities.take();
    if (changed.length > 0)
      this.#write({ case: 'identities', value: { source: SOURCE, identities: changed.map(identityInit) } });
  }

  #tick(): void {
    this.#flush();
    this.#facts.retry();
    const ledger = this.#parts.ledger?.();
    if (ledger !== undefined) this.#write({ case: 'ledger', value: ledgerInit(SOURCE, ledger) });
  }

  #plan(action: Action): RecordPlan {
    const { context: hasContext, fields } = action.layout;
    return {
      hasContext,
      ask: together(fields.flatMap((field) => this.#fieldAsk(field) ?? [])),
      perform: this.#performer(action),
    };
  }

  #fieldAsk({ type, place }: RecordField): AskFacts | undefined {
    if (place.kind === 'inline') return this.#facts.asker(slotsOf(type, place.offset));
    if (place.kind !== 'constant' || typeof place.value !== 'bigint') return undefined;
    const ask = this.#facts.asker(slotsOf(type));
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, place.value, true);
    return ask && ((_view, _offset, render) => ask(view, 0, render));
  }

  #performer(action: Action): RecordPlan['perform'] {
    switch (action.kind) {
      case 'print-map':
        return (view, offset, length, scene) =>
          this.#print(scene.snapshot(action.map), singleRecord(view, offset, length), scene.render);
      case 'print-entry': {
        const decode = compileRecordDecoder(action.layout);
        return (view, offset, length, scene) => {
          const [key] = decode(view, offset, length);
          const snapshot = scene.snapshot(action.map);
          const entries = snapshot.entries.filter((entry) => equalValues(entry.key!, key!));
          this.#print({ ...snapshot, entries }, singleRecord(view, offset, length), scene.render);
        };
      }
      case 'cat':
        return this.#executor(action, (path) => this.#parts.effects?.readFile(path));
      case 'system':
        return this.#executor(action, (command) => this.#parts.effects?.runCommand(command) ?? '');
      default:
        return undefined;
    }
  }

  #executor(
    { format, layout }: Extract<Action, { kind: 'cat' | 'system' }>,
    execute: (text: string) => string | undefined,
  ): RecordPlan['perform'] {
    const decode = compileRecordDecoder(layout);
    const types = layout.fields.map(({ type }) => type);
    const text = compilePrintf(format, types, { escape: false, nonAscii: 'utf-8' });
    return (view, offset, length, scene) => {
      this.#flush();
      const record = singleRecord(view, offset, length);
      const output = execute(text(decode(view, offset, length), scene.render));
      const first = BigInt(this.#ordinal++);
      this.#flushKnowledge(scene.render);
      const frame = {
        source: SOURCE,
        ordinal: first,
        record,
        timeNs: nowNs(),
        ...(output === undefined ? {} : { text: output }),
      };
      this.#write({ case: 'output', value: frame }, { first, count: 1 });
    };
  }

  #print(snapshot: MapSnapshot, record: Uint8Array, render: RenderContext): void {
    this.#flush();
    this.#mapFrames([snapshot], { moment: 'print', record, ordinal: BigInt(this.#ordinal++) }, render);
  }

  /** All pieces at once, so that no reader comes between them. */
  #mapFrames(
    snapshots: readonly MapSnapshot[],
    asked: { readonly moment: string; readonly record?: Uint8Array; readonly ordinal?: bigint },
    render: RenderContext,
  ): void {
    const contents = snapshots.map((snapshot) => {
      this.#mapAsker.ask(snapshot, render);
      return { name: snapshot.name, entries: snapshot.entries.map(entryInit) };
    });
    this.#flushKnowledge(render);
    const pieces = mapPieces(contents);
    const frames = pieces.map((maps, index) => {
      const isLast = index === pieces.length - 1;
      const about = isLast ? asked : { moment: asked.moment };
      return encodeFrame({ case: 'maps', value: { source: SOURCE, ...about, maps, more: !isLast, timeNs: nowNs() } });
    });
    const ordinals = asked.ordinal === undefined ? {} : { first: asked.ordinal, count: 1 };
    this.#parts.write({ kind: 'maps', bytes: concatenate(frames), ...ordinals, final: asked.moment === 'final' });
  }

  #source(state: SourceState, message = ''): void {
    const { name, run } = this.#parts.source;
    this.#write({ case: 'source', value: { index: SOURCE, name, run, state, message, ...this.#info } });
  }

  #write(frame: FrameInit, about: Omit<EncodedFrame, 'kind' | 'bytes'> = {}): void {
    this.#parts.write({ kind: frame.case!, bytes: encodeFrame(frame), ...about });
  }
}

function together(asks: readonly AskFacts[]): AskFacts | undefined {
  if (asks.length <= 1) return asks[0];
  return (view, offset, render) => {
    for (const ask of asks) ask(view, offset, render);
  };
}

function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
