import type { Action } from '@waggle/bpftrace';
import {
  compileRecordDecoder,
  DecodeError,
  type MapSnapshot,
  type RecordDecoder,
  type Value,
} from '@waggle/bpftrace/output';
import type { Identity } from '@waggle/identity';
import { ContextReader } from '../engine/context-reader.ts';
import { schemaOf } from '../schema.ts';
import type { Scene, Sink } from '../sink.ts';
import { FactTable } from './facts/fact-table.ts';
import { readIdentity } from './facts/identity-message.ts';
import type { Facts, Identities, MapContent, Maps, Output, Records } from './frames_pb.ts';
import { MapReader } from './map-message.ts';
import type { NodeBooks } from './node-books.ts';
import { countRecords, nextRecord, viewOf } from './record-batch.ts';
import type { StreamScript } from './script/script-json.ts';
import { FrameProblem } from './stream-error.ts';

/** Delivers one record of one action. */
type Handler = (view: DataView, offset: number, length: number) => void;

/** A moment's maps are no larger. */
const MAX_MAP_BYTES = 256 * 1024 * 1024;

/**
 * One source of a stream as its reader sees it: knows how its records are laid out and what its values mean, and delivers to the sink as the
 * engine did on the node.
 */
export class SourceReader {
  readonly #facts = new FactTable();
  readonly #identities = new Map<bigint, Identity>();
  readonly #node: string;
  readonly #books: NodeBooks;
  #script: StreamScript | undefined;
  #mapReaders: ReadonlyMap<string, MapReader> = new Map();
  #sink: Sink | undefined;
  #handlers: (Handler | undefined)[] = [];
  /** Pieces of a moment that is not whole yet. */
  #pieces: MapContent[] = [];
  #piecesBytes = 0;
  readonly #printed = new Map<string, MapSnapshot>();
  #output: string | undefined;

  /** One for all deliveries: sinks keep what they prepared for it. */
  readonly #scene: Scene = {
    render: this.#facts,
    snapshot: (name) => this.#printed.get(name) ?? this.#mapReader(name).snapshot([]),
    readFile: () => this.#output,
    runCommand: () => this.#output ?? '',
  };

  /** @param node may be empty: a stream of this machine alone. */
  constructor(node: string, books: NodeBooks) {
    this.#node = node;
    this.#books = books;
  }

  schema(script: StreamScript, sink: Sink): void {
    this.#script = script;
    this.#sink = sink;
    this.#handlers = script.actions.map(() => undefined);
    this.#mapReaders = new Map(script.maps.map((map) => [map.name, new MapReader(map)]));
  }

  identities({ identities }: Identities): void {
    for (const message of identities) {
      const identity = readIdentity(message, this.#node);
      this.#identities.set(identity.cgroupId, identity);
    }
  }

  facts(facts: Facts): void {
    if (facts.forget) {
      this.#identities.clear();
      // Of another connection, which was cut.
      this.#pieces = [];
      this.#piecesBytes = 0;
    }
    this.#facts.apply(facts);
  }

  /** @throws FrameProblem, DecodeError */
  records({ first, timeNs, data }: Records): void {
    this.#facts.timeNs = timeNs;
    this.#deliver(safeOrdinal(first), data, countRecords(data));
  }

  /** @throws FrameProblem */
  maps(frame: Maps): void {
    const sink = this.#ready();
    this.#pieces.push(...frame.maps);
    for (const { entries } of frame.maps)
      for (const { key, value } of entries)
        this.#piecesBytes += 64 + key.length + (value.case === 'plain' ? value.value.length : 0);
    if (this.#piecesBytes > MAX_MAP_BYTES) throw new FrameProblem('maps are too large', 'TOO_LARGE');
    if (frame.more) return;
    this.#facts.timeNs = frame.timeNs;
    const snapshots = this.#snapshots();
    if (frame.moment !== 'print') {
      sink.maps?.(snapshots, { final: frame.moment === 'final', scene: this.#scene });
      return;
    }
    for (const snapshot of snapshots) this.#printed.set(snapshot.name, snapshot);
    this.#deliver(safeOrdinal(frame.ordinal), frame.record, 1);
    this.#printed.clear();
  }

  /** @throws FrameProblem, DecodeError */
  output({ ordinal, record, text, timeNs }: Output): void {
    this.#facts.timeNs = timeNs;
    this.#output = text;
    this.#deliver(safeOrdinal(ordinal), record, 1);
    this.#output = undefined;
  }

  #snapshots(): MapSnapshot[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#piecesBytes = 0;
    return this.#script!.maps.flatMap(({ name }) => {
      const own = pieces.filter((piece) => piece.name === name);
      return own.length === 0 ? [] : [this.#mapReader(name).snapshot(own)];
    });
  }

  /** Records that were here before, in another connection, are passed over. */
  #deliver(first: number, data: Uint8Array, count: number): void {
    this.#ready();
    const view = viewOf(data);
    let known = this.#books.arrive(first, count);
    for (let at = 0; at < view.byteLength; ) {
      const next = nextRecord(view, at);
      if (known > 0) known--;
      else this.#handler(view.getUint32(at, true))(view, at, view.getUint32(at + 4, true));
      at = next;
    }
  }

  #handler(actionId: number): Handler {
    const known = this.#handlers[actionId];
    if (known !== undefined) return known;
    const action = this.#script!.actions[actionId];
    if (action === undefined) throw new FrameProblem(`a record of action ${actionId}, which the schema has not`);
    const handler = this.#handlerOf(action, actionId);
    this.#handlers[actionId] = handler;
    return handler;
  }

  #handlerOf(action: Action, id: number): Handler {
    const sink = this.#ready();
    const decode = decoderOf(action);
    if (action.kind !== 'event') {
      if (action.kind === 'exit') return () => {};
      return (view, offset, length) => sink.action(action, decode(view, offset, length), this.#scene);
    }
    const schema = schemaOf(id, action.layout);
    const node = this.#node === '' ? undefined : this.#node;
    if (!action.layout.context) {
      const unknown = { timeNs: 0n, cgroupId: 0n, identity: undefined, node, pid: 0, tid: 0, comm: '' };
      return (view, offset, length) =>
        sink.event({ schema, ...unknown, values: decode(view, offset, length) }, this.#scene);
    }
    const origin = {
      schema,
      bootOffsetNs: this.#facts.wallClockNs('boot', 0n),
      ...(node === undefined ? {} : { node }),
    };
    const context = new ContextReader(origin, { lookup: (cgroupId) => this.#identities.get(cgroupId) }, 1);
    return (view, offset, length) => sink.event(context.read(view, offset, decode(view, offset, length)), this.#scene);
  }

  #ready(): Sink {
    if (this.#sink === undefined) throw new FrameProblem('records or maps before their schema');
    return this.#sink;
  }

  #mapReader(name: string): MapReader {
    const reader = this.#mapReaders.get(name);
    if (reader === undefined) throw new FrameProblem(`no map is called ${name}`);
    return reader;
  }
}

/** What does not fit its layout is the stream's fault. */
function decoderOf({ layout }: Action): RecordDecoder {
  const decode = compileRecordDecoder(layout);
  return (view, offset, length): Value[] => {
    try {
      return decode(view, offset, length);
    } catch (error) {
      if (error instanceof DecodeError) throw new FrameProblem(error.message);
      throw error;
    }
  };
}

function safeOrdinal(ordinal: bigint): number {
  if (ordinal > MAX_ORDINAL) throw new FrameProblem(`ordinal ${ordinal} is too large`);
  return Number(ordinal);
}

/** Sums of a record count stay exact. */
const MAX_ORDINAL = 1n << 52n;
