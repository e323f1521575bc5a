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
import { offsetsOf, roundUp } from '../../types/layout.ts';
import { type AggregateType, isAggregate } from '../../types/type.ts';
import { decodeText } from '../byte-text.ts';
import type { RawMapEntry } from '../read-map.ts';
import {
  converted,
  type Evaluated,
  evaluate,
  integerOf,
  memoryOf,
  NotStoodIn,
  sizeOf,
  widen,
  write,
} from './evaluate-literal.test-kit.ts';
import type { Expression, Statement } from './simple-script.test-kit.ts';

export interface SentRecord {
  readonly action: Action;
  readonly bytes: Uint8Array;
}

const CPUS = 2;
const EMPTY_LAYOUT: RecordLayout = { context: false, fixedBytes: 8, maxBytes: 8, fields: [] };

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
    const scalar = !map.key;
    if (type.kind === 'hist' || type.kind === 'lhist') {
      add(scalar ? 8 * bucketOf(type, value) : 0, 1n);
      return;
    }
    if (scalar) view.setBigUint64(at + stride - 8, 1n, true);
    if (type.kind === 'min' || type.kind === 'max') {
      updateExtreme(view, at, type.kind === 'min', type.signed, value);
      return;
    }
    add(0, type.kind === 'count' ? 1n : value);
    if (type.kind === 'avg' || type.kind === 'stats') add(8, 1n);
  }

  #call(name: string, args: readonly Expression[]): void {
    const [first, ...rest] = args;
    if (name === 'exit') return;
    if (name === 'print' && first) this.#print(first, rest);
    else if (name === 'printf' && first?.kind === 'string') this.#printf(decodeText(first.bytes), rest);
    else if (name === 'time' && first?.kind === 'string') {
      const format = decodeText(first.bytes);
      this.#send([], (layout) => ({ kind: 'time', format, layout }));
    } else if ((name === 'clear' || name === 'zero') && first?.kind === 'map') {
      this.#send([], (layout) => ({ kind: `${name}-map`, map: first.name, layout }));
    } else if (name === 'delete' && first?.kind === 'map') this.#delete(first.name, rest[0]);
    else throw new NotStoodIn(`call of ${name}`);
  }

  #printf(text: string, args: readonly Expression[]): void {
    const parsed = parseFormat(text);
    if ('error' in parsed) throw new NotStoodIn(parsed.error.message);
    this.#send(args.map(evaluate), (layout) => ({ kind: 'printf', format: parsed.format, layout }));
  }

  #print(what: Expression, [top, div]: readonly Expression[]): void {
    if (what.kind !== 'map') {
      this.#send([evaluate(what)], (layout) => ({ kind: 'print-value', layout }));
      return;
    }
    const { name, key } = what;
    if (key) {
      this.#printEntry(name, key);
      return;
    }
    const limits = { ...(top ? { top: Number(integerOf(top)) } : {}), ...(div ? { div: Number(integerOf(div)) } : {}) };
    this.#send([], (layout) => ({ kind: 'print-map', map: name, ...limits, layout }));
  }

  #printEntry(name: string, key: Expression): void {
    const { map, entries } = this.#state(name);
    const converter = converted(evaluate(key), map.key!);
    if (isAggregate(map.value)) {
      this.#send([converter], (layout) => ({ kind: 'print-entry', map: name, layout }));
      return;
    }
    const stored = entries.get(hex(write(converter)))?.value ?? new Uint8Array(sizeOf(map.value));
    this.#send([memoryOf(map.value, stored.subarray(0, sizeOf(map.value)))], (layout) => ({
      kind: 'print-value',
      layout,
    }));
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

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
