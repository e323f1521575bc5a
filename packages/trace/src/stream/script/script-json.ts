import {
  type Action,
  CONTEXT,
  type CompiledScript,
  type FormatString,
  parseFormat,
  RECORD_HEADER_BYTES,
  type RecordField,
  type RecordLayout,
  type ScriptMap,
  type Type,
} from '@waggle/bpftrace';
import { FrameProblem } from '../stream-error.ts';
import { checkAction } from './check-action.ts';
import {
  bigintJson,
  type Json,
  type JsonObject,
  readBigint,
  readBoolean,
  readInteger,
  readList,
  readObject,
  readOneOf,
  readOptional,
  readText,
} from './json-reader.ts';
import { MAX_VALUE_BYTES, readDateFormat, readMapValueType, readValueType, sizeOf, typeJson } from './type-json.ts';

/** What a reader needs of a compiled script. */
export interface StreamScript {
  /** Indexed by the action id in a record's header. */
  readonly actions: readonly Action[];
  /** In order of first mention. */
  readonly maps: readonly StreamMap[];
  readonly printMapsOnExit: boolean;
}

export type StreamMap = Pick<ScriptMap, 'name' | 'key' | 'value'>;

/** A script as the `schema` frame has it. */
export function encodeScript(script: Pick<CompiledScript, 'actions' | 'maps' | 'printMapsOnExit'>): Uint8Array {
  const json: Json = {
    actions: script.actions.map(actionJson),
    maps: script.maps.map(({ name, key, value }) => ({
      name,
      ...(key === undefined ? {} : { key: typeJson(key) }),
      value: typeJson(value),
    })),
    printMapsOnExit: script.printMapsOnExit,
  };
  return new TextEncoder().encode(JSON.stringify(json));
}

/**
 * The script of a `schema` frame. Everything in it is checked, since code is made of it: layouts are sound, formats fit their values, maps that
 * actions name exist.
 *
 * @throws FrameProblem
 */
export function decodeScript(bytes: Uint8Array): StreamScript {
  const object = readObject(parseJson(bytes), 'script');
  const maps = readList(object.maps, 'maps', readMap);
  const actions = readList(object.actions, 'actions', readAction);
  const names = new Set(maps.map(({ name }) => name));
  if (names.size < maps.length) throw new FrameProblem('schema: two maps have the same name');
  for (const [id, action] of actions.entries()) checkAction(action, maps, `actions[${id}]`);
  return { actions, maps, printMapsOnExit: readBoolean(object.printMapsOnExit, 'printMapsOnExit') };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FrameProblem(`schema: ${(error as Error).message}`);
  }
}

// Actions --------------------------------------------------------------------------------------------------------------

function actionJson(action: Action): Json {
  const layout = layoutJson(action.layout);
  switch (action.kind) {
    case 'printf':
    case 'cat':
    case 'system':
      return { kind: action.kind, format: action.format.source, layout };
    case 'runtime-error':
      return { ...action, span: { start: action.span.start, end: action.span.end }, layout };
    default:
      return { ...action, layout };
  }
}

function layoutJson({ context, fixedBytes, maxBytes, fields }: RecordLayout): Json {
  return { context, fixedBytes, maxBytes, fields: fields.map(fieldJson) };
}

function fieldJson({ name, type, place }: RecordField): Json {
  if (place.kind !== 'constant') return { name, type: typeJson(type), place: { ...place } };
  const value = typeof place.value === 'bigint' ? bigintJson(place.value) : place.value;
  return { name, type: typeJson(type), place: { kind: 'constant', value } };
}

function readAction(json: unknown, at: string): Action {
  const object = readObject(json, at);
  const layout = readLayout(object.layout, `${at}.layout`);
  const { kind } = object;
  const map = () => readText(object.map, `${at}.map`);
  switch (kind) {
    case 'print-value':
    case 'event':
    case 'exit':
      return { kind, layout };
    case 'printf':
    case 'cat':
    case 'system':
      return { kind, format: readFormat(object.format, `${at}.format`), layout };
    case 'print-map': {
      const limit = (value: unknown, where: string) => readInteger(value, where, 0, Number.MAX_SAFE_INTEGER);
      const top = readOptional(object.top, `${at}.top`, limit);
      const div = readOptional(object.div, `${at}.div`, limit);
      return { kind, map: map(), ...(top === undefined ? {} : { top }), ...(div === undefined ? {} : { div }), layout };
    }
    case 'print-entry':
    case 'clear-map':
    case 'zero-map':
      return { kind, map: map(), layout };
    case 'time':
      return { kind, format: readDateFormat(object.format, `${at}.format`), layout };
    case 'join':
      return { kind, delimiter: readText(object.delimiter, `${at}.delimiter`), layout };
    case 'runtime-error':
      return readRuntimeError(object, at, layout);
    default:
      throw new FrameProblem(`schema: ${at}.kind is unknown: ${String(kind).slice(0, 40)}`);
  }
}

function readRuntimeError(object: JsonObject, at: string, layout: RecordLayout): Action {
  const span = readObject(object.span, `${at}.span`);
  const start = readInteger(span.start, `${at}.span.start`, 0, Number.MAX_SAFE_INTEGER);
  const end = readInteger(span.end, `${at}.span.end`, start, Number.MAX_SAFE_INTEGER);
  const helper = readOptional(object.helper, `${at}.helper`, readText);
  return {
    kind: 'runtime-error',
    message: readText(object.message, `${at}.message`),
    span: { start, end },
    ...(helper === undefined ? {} : { helper }),
    layout,
  };
}

/** No conversion fills up to more characters. */
const MAX_WIDTH = 0xffff;

function readFormat(json: unknown, at: string): FormatString {
  const parsed = parseFormat(readText(json, at));
  if ('error' in parsed) throw new FrameProblem(`schema: ${at}: ${parsed.error.message}`);
  const isWide = parsed.format.segments.some((one) => one.kind === 'conversion' && (one.width ?? 0) > MAX_WIDTH);
  if (isWide) throw new FrameProblem(`schema: ${at} asks for too much width`);
  return parsed.format;
}

function readLayout(json: unknown, at: string): RecordLayout {
  const object = readObject(json, at);
  const context = readBoolean(object.context, `${at}.context`);
  const least = context ? CONTEXT.endBytes : RECORD_HEADER_BYTES;
  const fixedBytes = readInteger(object.fixedBytes, `${at}.fixedBytes`, least, MAX_VALUE_BYTES);
  return {
    context,
    fixedBytes,
    maxBytes: readInteger(object.maxBytes, `${at}.maxBytes`, fixedBytes, 2 * MAX_VALUE_BYTES),
    fields: readList(object.fields, `${at}.fields`, (field, where) => readRecordField(field, where, fixedBytes)),
  };
}

function readRecordField(json: unknown, at: string, fixedBytes: number): RecordField {
  const object = readObject(json, at);
  const type = readValueType(object.type, `${at}.type`);
  return {
    name: readText(object.name, `${at}.name`),
    type,
    place: readPlace(object.place, `${at}.place`, type, fixedBytes),
  };
}

/** Numbers that a constant may be of. */
const CONSTANT_KINDS: ReadonlySet<Type['kind']> = new Set([
  'int',
  'bool',
  'pointer',
  'ksym',
  'username',
  'timestamp',
  'cgroup-path',
  'strerror',
  'interned',
]);

function readPlace(json: unknown, at: string, type: Type, fixedBytes: number): RecordField['place'] {
  const object = readObject(json, at);
  const kind = readOneOf(object.kind, `${at}.kind`, ['inline', 'dynamic', 'constant'] as const);
  switch (kind) {
    case 'inline': {
      const last = fixedBytes - sizeOf(type);
      return { kind, offset: readInteger(object.offset, `${at}.offset`, RECORD_HEADER_BYTES, Math.max(last, -1)) };
    }
    case 'dynamic':
      if (type.kind !== 'string' && type.kind !== 'buffer')
        throw new FrameProblem(`schema: ${at}: ${type.kind} has a fixed size`);
      return { kind, offset: readInteger(object.offset, `${at}.offset`, RECORD_HEADER_BYTES, fixedBytes - 4) };
    case 'constant':
      if (type.kind === 'string') return { kind, value: readText(object.value, `${at}.value`) };
      if (!CONSTANT_KINDS.has(type.kind)) throw new FrameProblem(`schema: ${at}: ${type.kind} cannot be a constant`);
      return { kind, value: readBigint(object.value, `${at}.value`) };
  }
}

// Maps -----------------------------------------------------------------------------------------------------------------

function readMap(json: unknown, at: string): StreamMap {
  const object = readObject(json, at);
  const key = readOptional(object.key, `${at}.key`, readValueType);
  if (key?.kind === 'none') throw new FrameProblem(`schema: ${at}.key has no values`);
  const value = readMapValueType(object.value, `${at}.value`);
  return { name: readText(object.name, `${at}.name`), ...(key === undefined ? {} : { key }), value };
}
