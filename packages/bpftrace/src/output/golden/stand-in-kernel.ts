/**
 * Runs a simple script as the compiled one would run: fills map entries as they lie in kernel maps (aggregates spread over two CPUs)
 * and makes the records that user space reads. Test support only.
 */

import {
  type Action,
  AGGREGATE_SIZE,
  type RecordField,
  type RecordLayout,
  type ScriptMap,
} from '../../script/compiled-script.ts';
import { parseFormat } from '../../script/format-string.ts';
import { histBucketCount, histBucketOf, lhistBucketCount, lhistBucketOf } from '../../script/histogram-buckets.ts';
import { layoutOf, offsetsOf, roundUp } from '../../types/layout.ts';
import { type AggregateType, isAggregate, type Type } from '../../types/type.ts';
import { decodeText } from '../byte-text.ts';
import type { RawMapEntry } from '../read-map.ts';
import type { Expression, Statement } from './simple-script.ts';

export interface SentRecord {
  readonly action: Action;
  readonly bytes: Uint8Array;
}

const CPUS = 2;
const EMPTY_LAYOUT: RecordLayout = { context: false, fixedBytes: 8, maxBytes: 8, fields: [] };

/** Thrown for what only the real thing can do. */
export class NotStoodIn extends Error {}

/** A value of the script: its type, and how it is written into memory of that type. */
interface Evaluated {
  readonly type: Type;
  write(view: DataView, offset: number): void;
}

interface MapState {
  readonly map: ScriptMap;
  /** By key bytes in hexadecimal. */
  readonly entries: Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>;
}

export class StandInKernel {
  readonly records: SentRecord[] = [];
  readonly #maps = new Map<string, MapState>();
  #nextCpu = 0;

  run(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'assign') this.#declare(statement);
    }
    for (const statement of statements) {
      if (statement.kind === 'assign') this.#assign(statement);
      else this.#call(statement.name, statement.args);
    }
  }

  maps(): readonly ScriptMap[] {
    return [...this.#maps.values()].map(({ map }) => map);
  }

  entries(name: string): readonly RawMapEntry[] {
    return [...this.#state(name).entries.values()];
  }

  clear(name: string): void {
    this.#state(name).entries.clear();
  }

  zero(name: string): void {
    const { map, entries } = this.#state(name);
    for (const { value } of entries.values()) {
      value.fill(0);
      if (!map.key && map.storage === 'value') new DataView(value.buffer).setUint8(value.length - 8, 1);
      if (!map.key && map.storage === 'per-cpu') new DataView(value.buffer).setUint8(value.length - 8, 1);
    }
  }

  #state(name: string): MapState {
    const state = this.#maps.get(name);
    if (!state) throw new NotStoodIn(`map ${name} is never assigned`);
    return state;
  }

  #declare({ map: name, key, value }: Extract<Statement, { kind: 'assign' }>): void {
    if (this.#maps.has(name)) return;
    const type = aggregateOf(value) ?? widen(evaluate(value).type);
    const keyType = key && widen(evaluate(key).type);
    const histogram = type.kind === 'hist' || type.kind === 'lhist';
    const perCpu = histogram ? (keyType ? 'per-cpu-bucket-keys' : 'per-cpu-buckets') : 'per-cpu';
    const storage = isAggregate(type) ? perCpu : 'value';
    const map: ScriptMap = { name, ...(keyType ? { key: keyType } : {}), value: type, spec: name, storage };
    this.#maps.set(name, { map, entries: new Map() });
  }

  #assign({ map: name, key, value }: Extract<Statement, { kind: 'assign' }>): void {
    const state = this.#state(name);
    const { map } = state;
    const aggregate = aggregateOf(value);
    const keyBytes = map.key && key ? write(converted(evaluate(key), map.key)) : new Uint8Array(4);
    if (!aggregate) {
      const bytes = write(converted(evaluate(value), map.value));
      const padded = new Uint8Array(roundUp(bytes.length, 8) + (map.key ? 0 : 8));
      padded.set(bytes);
      if (!map.key) padded[padded.length - 8] = 1;
      state.entries.set(hex(keyBytes), { key: keyBytes, value: padded });
      return;
    }
    const args = value.kind === 'call' ? value.args.map(integerOf) : [];
    this.#nextCpu = (this.#nextCpu + 1) % CPUS;
    this.#aggregate(state, aggregate, keyBytes, args[0] ?? 0n);
  }

  #aggregate({ map, entries }: MapState, type: AggregateType, key: Uint8Array, value: bigint): void {
    const fullKey = map.storage === 'per-cpu-bucket-keys' ? bucketKey(key, bucketOf(type, value)) : key;
    const stride = strideOf(map, type);
    const id = hex(fullKey);
    const entry = entries.get(id) ?? { key: fullKey, value: new Uint8Array(stride * CPUS) };
    entries.set(id, entry);
    const view = new DataView(entry.value.buffer);
    const at = this.#nextCpu * stride;
    const add = (offset: number, amount: bigint) =>
      view.setBigInt64(at + offset, view.getBigInt64(at + offset, true) + amount, true);
    if (type.kind === 'hist' || type.kind === 'lhist') return add(map.key ? 0 : 8 * bucketOf(type, value), 1n);
    if (!map.key) view.setBigUint64(at + stride - 8, 1n, true);
    if (type.kind === 'count') return add(0, 1n);
    if (type.kind === 'min' || type.kind === 'max')
      return updateExtreme(view, at, type.kind === 'min', type.signed, value);
    add(0, value);
    if (type.kind === 'avg' || type.kind === 'stats') add(8, 1n);
  }

  #call(name: string, args: readonly Expression[]): void {
    const [first, ...rest] = args;
    if (name === 'exit') return;
    if (name === 'printf' && first?.kind === 'string') {
      const parsed = parseFormat(decodeText(first.bytes));
      if ('error' in parsed) throw new NotStoodIn(parsed.error.message);
      return this.#send(rest.map(evaluate), (layout) => ({ kind: 'printf', format: parsed.format, layout }));
    }
    if ((name === 'clear' || name === 'zero') && first?.kind === 'map') {
      return this.#send([], (layout) => ({ kind: `${name}-map`, map: first.name, layout }));
    }
    if (name === 'delete' && first?.kind === 'map') return this.#delete(first.name, rest[0]);
    if (name === 'time' && first?.kind === 'string') {
      return this.#send([], (layout) => ({ kind: 'time', format: decodeText(first.bytes), layout }));
    }
    if (name === 'print' && first)
      return this.#print(
        first,
        rest.map((limit) => Number(integerOf(limit))),
      );
    throw new NotStoodIn(`call of ${name}`);
  }

  #print(what: Expression, [top, div]: readonly number[]): void {
    if (what.kind !== 'map') return this.#send([evaluate(what)], (layout) => ({ kind: 'print-value', layout }));
    const limits = { ...(top === undefined ? {} : { top }), ...(div === undefined ? {} : { div }) };
    const { name, key } = what;
    if (!key) return this.#send([], (layout) => ({ kind: 'print-map', map: name, ...limits, layout }));
    const { map, entries } = this.#state(name);
    const converter = converted(evaluate(key), map.key!);
    if (isAggregate(map.value))
      return this.#send([converter], (layout) => ({ kind: 'print-entry', map: name, layout }));
    const stored = entries.get(hex(write(converter)))?.value;
    const value: Evaluated = {
      type: map.value,
      write: (view, offset) => stored && copyInto(view, offset, stored.subarray(0, sizeOf(map.value))),
    };
    this.#send([value], (layout) => ({ kind: 'print-value', layout }));
  }

  #delete(name: string, key: Expression | undefined): void {
    const { map, entries } = this.#state(name);
    entries.delete(hex(key ? write(converted(evaluate(key), map.key!)) : new Uint8Array(4)));
  }

  #send(values: readonly Evaluated[], actionOf: (layout: RecordLayout) => Action): void {
    const offsets = offsetsOf([{ kind: 'int', sizeBytes: 8, signed: false }, ...values.map(({ type }) => type)]).slice(
      1,
    );
    const fields = values.map(
      ({ type }, index): RecordField => ({
        name: `f${index}`,
        type,
        place: { kind: 'inline', offset: offsets[index]! },
      }),
    );
    const fixedBytes = values.reduce((end, { type }, index) => Math.max(end, offsets[index]! + sizeOf(type)), 8);
    const bytes = new Uint8Array(fixedBytes);
    const view = new DataView(bytes.buffer);
    values.forEach((value, index) => {
      value.write(view, offsets[index]!);
    });
    const layout = values.length === 0 ? EMPTY_LAYOUT : { context: false, fixedBytes, maxBytes: fixedBytes, fields };
    this.records.push({ action: actionOf(layout), bytes });
  }
}

function evaluate(expression: Expression): Evaluated {
  switch (expression.kind) {
    case 'integer':
      return integer(expression.value, smallestType(expression.value));
    case 'bool':
      return { type: { kind: 'bool' }, write: (view, offset) => view.setUint8(offset, expression.value ? 1 : 0) };
    case 'string':
      return text(expression.bytes, expression.bytes.length + 1);
    case 'cast':
      return cast(expression.type, integerOf(expression.of));
    case 'tuple':
      return composite(expression.elements.map(evaluate), (elements) => ({ kind: 'tuple', elements }));
    case 'record': {
      const names = expression.fields.map(([name]) => name);
      const values = expression.fields.map(([, value]) => evaluate(value));
      return composite(values, (types) => ({
        kind: 'record',
        fields: types.map((type, index) => ({ name: names[index]!, type })),
      }));
    }
    case 'call':
      return call(expression.name, expression.args);
    case 'map':
      throw new NotStoodIn('reading a map');
  }
}

function call(name: string, args: readonly Expression[]): Evaluated {
  const [first] = args;
  if (name === 'buf' && first?.kind === 'string') {
    const bytes = first.bytes.slice(0, Number(integerOf(args[1]!)));
    return {
      type: { kind: 'buffer', sizeBytes: Math.max(bytes.length, 1) },
      write: (view, offset) => {
        view.setUint32(offset, bytes.length, true);
        copyInto(view, offset + 4, bytes);
      },
    };
  }
  if (name === 'ksym' && first)
    return { type: { kind: 'ksym' }, write: (view, offset) => view.setBigUint64(offset, integerOf(first), true) };
  if (name === 'usym' && first)
    return { type: { kind: 'usym' }, write: (view, offset) => view.setBigUint64(offset, integerOf(first), true) };
  if (name === 'strerror' && first)
    return { type: { kind: 'strerror' }, write: (view, offset) => view.setBigInt64(offset, integerOf(first), true) };
  if (name === 'ntop' && first) return address(first);
  throw new NotStoodIn(`call of ${name}`);
}

function address(of: Expression): Evaluated {
  const bytes =
    of.kind === 'call' && of.name === 'pton'
      ? parseAddress(decodeText((of.args[0] as { bytes: Uint8Array }).bytes))
      : undefined;
  return {
    type: { kind: 'inet' },
    write: (view, offset) => {
      view.setBigUint64(offset, bytes?.length === 16 ? 10n : 2n, true);
      if (bytes) copyInto(view, offset + 8, bytes);
      else view.setUint32(offset + 8, Number(integerOf(of)), true);
    },
  };
}

function parseAddress(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.'), Number);
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const behind = tail === undefined ? [] : groups(tail);
  const zeros: number[] = Array(8 - groups(head).length - behind.length).fill(0);
  return Uint8Array.from([...groups(head), ...zeros, ...behind].flatMap((group) => [group >> 8, group & 255]));
}

function cast(name: string, value: bigint): Evaluated {
  if (name.endsWith('*')) {
    const type: Type = { kind: 'pointer', to: { kind: 'none' }, space: 'kernel' };
    return { type, write: (view, offset) => view.setBigUint64(offset, value, true) };
  }
  const [, unsigned, bits, length] = /^(u?)int(\d+)(?:\[(\d+)\])?$/.exec(name)!;
  const element: Type = { kind: 'int', sizeBytes: (Number(bits) / 8) as 1 | 2 | 4 | 8, signed: unsigned === '' };
  if (length === undefined) return integer(value, element);
  const count = Number(length);
  // An integer cast to an array gives its bytes, one an element.
  return composite(
    Array.from({ length: count }, (_, index) =>
      integer((BigInt.asUintN(8 * count, value) >> BigInt(8 * index)) & 255n, element),
    ),
    () => ({ kind: 'array', element, length: count }),
  );
}

function integer(value: bigint, type: Type): Evaluated {
  const size = sizeOf(type);
  return {
    type,
    write: (view, offset) => {
      for (let index = 0; index < size; index++)
        view.setUint8(offset + index, Number(BigInt.asUintN(8, value >> BigInt(8 * index))));
    },
  };
}

function text(bytes: Uint8Array, sizeBytes: number): Evaluated {
  return { type: { kind: 'string', sizeBytes }, write: (view, offset) => copyInto(view, offset, bytes) };
}

function composite(parts: readonly Evaluated[], typeOf: (types: readonly Type[]) => Type): Evaluated {
  const types = parts.map(({ type }) => type);
  const offsets = offsetsOf(types);
  return {
    type: typeOf(types),
    write: (view, offset) => {
      parts.forEach((part, index) => {
        part.write(view, offset + offsets[index]!);
      });
    },
  };
}

/** The same value in memory of the map's type, whose integers and strings are wider. */
function converted(value: Evaluated, type: Type): Evaluated {
  const from = value.type;
  if (from.kind === 'int' && type.kind === 'int') return integer(readInteger(value), type);
  if (from.kind === 'string' && type.kind === 'string') return { type, write: value.write };
  if (from.kind === 'tuple' && type.kind === 'tuple') {
    const memory = new DataView(write(value).buffer);
    const offsets = offsetsOf(from.elements);
    const parts = from.elements.map((element, index): Evaluated => {
      const bytes = new Uint8Array(memory.buffer, offsets[index]!, sizeOf(element));
      return converted(
        { type: element, write: (view, offset) => copyInto(view, offset, bytes) },
        type.elements[index]!,
      );
    });
    return composite(parts, () => type);
  }
  return value;
}

/** Integers of 8 bytes, strings of 64, so that all entries of a map agree. */
function widen(type: Type): Type {
  if (type.kind === 'int') return { ...type, sizeBytes: 8 };
  if (type.kind === 'string') return { ...type, sizeBytes: 64 };
  return type.kind === 'tuple' ? { ...type, elements: type.elements.map(widen) } : type;
}

function readInteger(value: Evaluated): bigint {
  const bytes = write(value);
  const unsigned = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return value.type.kind === 'int' && value.type.signed ? BigInt.asIntN(8 * bytes.length, unsigned) : unsigned;
}

function smallestType(value: bigint): Type {
  const size = ([1, 2, 4, 8] as const).find((bytes) => BigInt.asIntN(8 * bytes, value) === value);
  return { kind: 'int', sizeBytes: size ?? 8, signed: size !== undefined };
}

function integerOf(expression: Expression): bigint {
  if (expression.kind === 'cast') return integerOf(expression.of);
  if (expression.kind !== 'integer') throw new NotStoodIn(`${expression.kind} as an integer`);
  return expression.value;
}

function aggregateOf(expression: Expression): AggregateType | undefined {
  if (expression.kind !== 'call') return undefined;
  const { name, args } = expression;
  const signed = !(args[0]?.kind === 'cast' && args[0].type.startsWith('u'));
  switch (name) {
    case 'count':
      return { kind: name };
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'stats':
      return { kind: name, signed };
    case 'hist':
      return { kind: name, bits: args[1] ? Number(integerOf(args[1])) : 0 };
    case 'lhist':
      return { kind: name, min: integerOf(args[1]!), max: integerOf(args[2]!), step: integerOf(args[3]!) };
    default:
      return undefined;
  }
}

function bucketOf(type: AggregateType, value: bigint): number {
  const signed = BigInt.asIntN(64, value);
  if (type.kind === 'hist') return histBucketOf(signed, type.bits);
  if (type.kind === 'lhist') return lhistBucketOf(signed, type.min, type.max, type.step);
  throw new RangeError(`${type.kind} has no buckets`);
}

function strideOf(map: ScriptMap, type: AggregateType): number {
  if (map.storage === 'per-cpu-bucket-keys') return 8;
  if (type.kind === 'hist') return 8 * histBucketCount(type.bits);
  if (type.kind === 'lhist') return 8 * lhistBucketCount(type.min, type.max, type.step);
  return AGGREGATE_SIZE[type.kind] + (map.key ? 0 : 8);
}

function bucketKey(key: Uint8Array, bucket: number): Uint8Array {
  const at = roundUp(key.length, 8);
  const full = new Uint8Array(at + 8);
  full.set(key);
  new DataView(full.buffer).setBigUint64(at, BigInt(bucket), true);
  return full;
}

function updateExtreme(view: DataView, at: number, smallest: boolean, signed: boolean, value: bigint): void {
  const held = signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
  const better = smallest ? value < held : value > held;
  if (view.getBigUint64(at + 8, true) === 0n || better) view.setBigInt64(at, BigInt.asIntN(64, value), true);
  view.setBigUint64(at + 8, 1n, true);
}

function write(value: Evaluated): Uint8Array {
  const bytes = new Uint8Array(sizeOf(value.type));
  value.write(new DataView(bytes.buffer), 0);
  return bytes;
}

function sizeOf(type: Type): number {
  return layoutOf(type).sizeBytes;
}

function copyInto(view: DataView, offset: number, bytes: Uint8Array): void {
  new Uint8Array(view.buffer, view.byteOffset + offset, bytes.length).set(bytes);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
