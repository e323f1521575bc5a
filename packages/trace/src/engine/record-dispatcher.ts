import type { Action, CompiledScript, RecordLayout } from '@waggle/bpftrace';
import { compileRecordDecoder, type RecordDecoder } from '@waggle/bpftrace/output';
import type { Identities } from '@waggle/identity';
import { type Schema, schemaOf } from '../schema.ts';
import type { Scene, Sink } from '../sink.ts';
import { ContextReader } from './context-reader.ts';
import type { ScriptMaps } from './script-maps.ts';

/** What a record of one action comes to. */
type Handler = (view: DataView, offset: number, length: number) => void;

/** What handling records needs. */
export interface DispatcherParts {
  readonly script: CompiledScript;
  readonly maps: ScriptMaps;
  readonly identities: Identities;
  readonly scene: Scene;
  readonly sink: Sink;
  /** Wall clock minus CLOCK_BOOTTIME, nanoseconds. */
  readonly bootOffsetNs: bigint;
  /** The script asked to end. */
  readonly onExit: (code: number) => void;
}

/** A record that no action of the script made: it cannot come from its programs. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly code = 'UNKNOWN_ACTION';

  constructor(actionId: number, actions: number) {
    super(`a record of action ${actionId}, expected one below ${actions}`);
  }
}

/**
 * Makes of the ring's records what the script meant by them: events and actions for the sink, changes of maps, the end. All
 * questions about layouts are asked here, once, and not for each record.
 */
export function createDispatcher(parts: DispatcherParts): Handler {
  const handlers = parts.script.actions.map((action, id) => handlerOf(action, id, parts));
  return (view, offset, length) => {
    const id = view.getUint32(offset, true);
    const handler = handlers[id];
    if (handler === undefined) throw new RecordError(id, handlers.length);
    handler(view, offset, length);
  };
}

function handlerOf(action: Action, id: number, parts: DispatcherParts): Handler {
  return parts.sink.record === undefined ? decodingHandler(action, id, parts) : rawHandler(action, id, parts);
}

/** For a sink that takes records as they are: what the engine itself has to do, then the record. */
function rawHandler(action: Action, id: number, { sink, scene, maps, onExit }: DispatcherParts): Handler {
  const pass: Handler = (view, offset, length) => sink.record!(id, view, offset, length, scene);
  switch (action.kind) {
    case 'exit': {
      const decode = compileRecordDecoder(action.layout);
      return (view, offset, length) => onExit(Number(decode(view, offset, length)[0]));
    }
    case 'clear-map':
      return (view, offset, length) => {
        maps.clear(action.map);
        pass(view, offset, length);
      };
    case 'zero-map':
      return (view, offset, length) => {
        maps.zero(action.map);
        pass(view, offset, length);
      };
    default:
      return pass;
  }
}

function decodingHandler(action: Action, id: number, parts: DispatcherParts): Handler {
  const decode = compileRecordDecoder(action.layout);
  const { sink, scene, maps } = parts;
  switch (action.kind) {
    case 'event':
      return eventHandler(schemaOf(id, action.layout), action.layout, decode, parts);
    case 'exit':
      return (view, offset, length) => parts.onExit(Number(decode(view, offset, length)[0]));
    case 'clear-map':
      return (view, offset, length) => {
        maps.clear(action.map);
        sink.action(action, decode(view, offset, length), scene);
      };
    case 'zero-map':
      return (view, offset, length) => {
        maps.zero(action.map);
        sink.action(action, decode(view, offset, length), scene);
      };
    default:
      return (view, offset, length) => sink.action(action, decode(view, offset, length), scene);
  }
}

function eventHandler(schema: Schema, layout: RecordLayout, decode: RecordDecoder, parts: DispatcherParts): Handler {
  const { sink, scene, bootOffsetNs } = parts;
  if (!layout.context) {
    const unknown = { timeNs: 0n, cgroupId: 0n, identity: undefined, pid: 0, tid: 0, comm: '' };
    return (view, offset, length) => sink.event({ schema, ...unknown, values: decode(view, offset, length) }, scene);
  }
  const context = new ContextReader({ schema, bootOffsetNs }, parts.identities);
  return (view, offset, length) => sink.event(context.read(view, offset, decode(view, offset, length)), scene);
}
