import type { Ledger } from '../ledger.ts';
import type { EndReason, Sink } from '../sink.ts';
import { FrameDecoder } from './frame-codec.ts';
import type { End, Frame, Hello, Source } from './frames_pb.ts';
import { addLedgers, EMPTY_LEDGER, readLedgerMessage } from './ledger-message.ts';
import { NodeBooks } from './node-books.ts';
import { formatResume } from './resume.ts';
import { decodeScript, type StreamScript } from './script/script-json.ts';
import { SourceReader } from './source-reader.ts';
import { MERGED_STATE, readSourceState, type SourceState } from './source-state.ts';
import { FrameProblem, StreamError } from './stream-error.ts';
import { readHello, type StreamInfo } from './stream-info.ts';

export interface FrameReaderOptions {
  /** Makes the sink, once: when it is known how to read the first source. */
  readonly open: (opening: StreamOpening) => Sink;
  /** Called whenever something of a node changes, but for its ledger. */
  readonly onSource?: (status: SourceStatus) => void;
}

/** What a sink can be made of. */
export interface StreamOpening {
  readonly info: StreamInfo;
  readonly script: StreamScript;
  readonly createdNs: bigint;
}

/** A node that takes part. */
export interface SourceStatus {
  /** Empty in a recording of one machine alone. */
  readonly name: string;
  readonly run: string;
  readonly state: SourceState;
  readonly message: string;
  readonly probes: number;
  readonly programs: number;
  /** Over all its runs; `kept` is what arrived here. */
  readonly ledger: Ledger;
}

export interface StreamEnd {
  readonly reason: EndReason;
  readonly exitCode: number;
  readonly error?: string;
}

/** The trace failed where it ran. */
export class RemoteTraceError extends Error {
  override readonly name = 'RemoteTraceError';
  readonly code = 'TRACE_FAILED';
}

interface Node {
  readonly books: NodeBooks;
  status: Omit<SourceStatus, 'ledger'>;
}

/**
 * The receiving end: takes the bytes of a stream as they come, and delivers to a sink what the engine delivered where the trace ran. It
 * survives its connections: after `reconnect` it goes on where it was.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  /** By name: what stays over connections. */
  readonly #nodes = new Map<string, Node>();
  #decoder = new FrameDecoder();
  #sources = new Map<number, SourceReader>();
  #bookOf = new Map<number, NodeBooks>();
  #hello: { readonly info: StreamInfo; readonly createdNs: bigint } | undefined;
  #sink: Sink | undefined;
  #isAttached = false;
  #isClosed = false;
  #end: StreamEnd | undefined;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** Undefined until the stream has said so. */
  get info(): StreamInfo | undefined {
    return this.#hello?.info;
  }

  /** Undefined until the stream has ended as it should. */
  get end(): StreamEnd | undefined {
    return this.#end;
  }

  get sources(): readonly SourceStatus[] {
    return [...this.#nodes.values()].map(statusOf);
  }

  /** Of all nodes together. */
  get ledger(): Ledger {
    return [...this.#nodes.values()].reduce((sum, { books }) => addLedgers(sum, books.ledger), EMPTY_LEDGER);
  }

  /** For the query parameter `resume` of the next connection. */
  get resume(): string {
    const met = [...this.#nodes].filter(([, { books }]) => books.run !== '');
    return formatResume(new Map(met.map(([name, { books }]) => [name, { run: books.run, from: BigInt(books.next) }])));
  }

  /**
   * Delivers what these bytes complete. Bytes behind the end are passed over.
   *
   * @throws StreamError; the sink has been told of the end then. Whatever the sink throws.
   */
  push(chunk: Uint8Array): void {
    if (this.#isClosed) return;
    try {
      for (const { frame, offset } of this.#decoder.push(chunk)) {
        this.#take(frame, offset);
        if (this.#isClosed) return;
      }
    } catch (error) {
      if (error instanceof StreamError) this.#close({ reason: 'error', exitCode: 1 }, error);
      throw error;
    }
  }

  /** Bytes at the end of what was pushed that are not a whole frame yet. */
  get pendingBytes(): number {
    return this.#decoder.pendingBytes;
  }

  /** A promise where the sink wants to be left alone until then. */
  ready(): Promise<void> | undefined {
    return this.#sink?.ready?.();
  }

  /** No more bytes come. @throws StreamError `CUT` where the stream has no end; the sink has been told then */
  finish(): void {
    if (this.#isClosed) return;
    const detail = this.#decoder.pendingBytes > 0 ? 'a frame is not whole' : 'its end is missing';
    const error = new StreamError('CUT', this.#decoder.offset, detail);
    this.#close({ reason: 'error', exitCode: 1 }, error);
    throw error;
  }

  /** Nobody wants more of it. */
  stop(): void {
    if (!this.#isClosed) this.#close({ reason: 'stopped', exitCode: 0 }, undefined);
  }

  /** What comes next is the beginning of another connection to the same trace, which was asked for with `resume`. */
  reconnect(): void {
    this.#decoder = new FrameDecoder();
    this.#forgetSources();
    this.#hello = undefined;
  }

  #forgetSources(): void {
    this.#sources = new Map();
    this.#bookOf = new Map();
  }

  #take(frame: Frame, offset: number): void {
    try {
      this.#dispatch(frame);
    } catch (error) {
      if (error instanceof FrameProblem) throw new StreamError(error.code, offset, error.message);
      throw error;
    }
  }

  #dispatch({ kind }: Frame): void {
    if (this.#hello === undefined) {
      if (kind.case !== 'hello') throw new FrameProblem('the first frame is no hello', 'NOT_A_STREAM');
      this.#greet(kind.value);
      return;
    }
    switch (kind.case) {
      case 'hello':
        this.#forgetSources(); // A recording that outlived a connection goes on with the next one's frames.
        this.#greet(kind.value);
        break;
      case 'source':
        this.#meet(kind.value);
        break;
      case 'schema':
        this.#learn(kind.value.source, decodeScript(kind.value.scriptJson));
        break;
      case 'identities':
        this.#source(kind.value.source).identities(kind.value);
        break;
      case 'facts':
        this.#source(kind.value.source).facts(kind.value);
        break;
      case 'records':
        this.#source(kind.value.source).records(kind.value);
        break;
      case 'maps':
        this.#source(kind.value.source).maps(kind.value);
        break;
      case 'output':
        this.#source(kind.value.source).output(kind.value);
        break;
      case 'ledger':
        this.#bookOf.get(kind.value.source)?.tell(readLedgerMessage(kind.value));
        break;
      case 'end':
        this.#finish(kind.value);
        break;
      case undefined:
        break; // Of a newer waggle, and nothing that showing the rest depends on.
    }
  }

  #greet(hello: Hello): void {
    this.#hello = { info: readHello(hello), createdNs: hello.createdNs };
  }

  #meet({ index, name, run, state, message, probes, programs, firstOrdinal }: Source): void {
    if (state === MERGED_STATE) {
      if (!this.#sources.has(index)) this.#sources.set(index, new SourceReader('', new NodeBooks()));
      return;
    }
    const known = this.#nodes.get(name);
    const books = known?.books ?? new NodeBooks();
    const isNewRun = run !== '' && run !== books.run;
    if (run !== '') books.begin(run, Number(firstOrdinal));
    const status = { name, run, state: readSourceState(state), message, probes, programs };
    if (known === undefined) this.#nodes.set(name, { books, status });
    else known.status = status;
    this.#bookOf.set(index, books);
    // Another run of the trace may have other layouts, and has other facts.
    if (isNewRun || !this.#sources.has(index)) this.#sources.set(index, new SourceReader(name, books));
    if (state === 'streaming') this.#attach();
    this.#options.onSource?.(statusOf(this.#nodes.get(name)!));
  }

  #learn(index: number, script: StreamScript): void {
    const source = this.#source(index);
    this.#sink ??= this.#options.open({ ...this.#hello!, script });
    source.schema(script, this.#sink);
    this.#attach();
  }

  /** The sink hears of it once, when both it and a node that streams are there. */
  #attach(): void {
    if (this.#isAttached || this.#sink === undefined) return;
    const streaming = [...this.#nodes.values()].find(({ status }) => status.state === 'streaming');
    if (streaming === undefined) return;
    this.#isAttached = true;
    this.#sink.attached?.({ probes: streaming.status.probes, programs: streaming.status.programs });
  }

  #finish({ reason, exitCode, error }: End): void {
    const end: StreamEnd = { reason: readReason(reason), exitCode, ...(error === '' ? {} : { error }) };
    this.#end = end;
    this.#close(end, error === '' ? undefined : new RemoteTraceError(error));
  }

  #close({ reason, exitCode }: StreamEnd, error: unknown): void {
    this.#isClosed = true;
    this.#sink?.end?.({ reason, exitCode, ledger: this.ledger, ...(error === undefined ? {} : { error }) });
  }

  #source(index: number): SourceReader {
    const source = this.#sources.get(index);
    if (source === undefined) throw new FrameProblem(`a frame of source ${index}, which has not been named`);
    return source;
  }
}

/** Reads a stream to its end, no faster than the sink can take. @throws StreamError, and whatever the chunks or the sink throw */
export async function readStream(chunks: AsyncIterable<Uint8Array>, reader: FrameReader): Promise<void> {
  for await (const chunk of chunks) {
    reader.push(chunk);
    await reader.ready();
  }
  reader.finish();
}

function statusOf({ books, status }: Node): SourceStatus {
  return { ...status, ledger: books.ledger };
}

function readReason(text: string): EndReason {
  return REASONS.find((reason) => reason === text) ?? 'stopped';
}

const REASONS: readonly EndReason[] = ['exit', 'stopped', 'timeout', 'target-gone', 'error'];
