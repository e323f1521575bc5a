/**
 * Decoders generated for one record layout. They run for every event that leaves the kernel, so each is straight-line code for its
 * layout, made with `new Function`; where that is not allowed (a page with a strict content policy), an interpreter does the same.
 */
import {
  CONTEXT,
  RECORD_HEADER_BYTES,
  type RecordField,
  type RecordLayout,
  STRING_CUT_FLAG,
} from '../script/compiled-script.ts';
import type { Type } from '../types/type.ts';
import { DecodeError } from './decode-error.ts';
import { CUT_MARK, compileValueReader, constantValue, copyBytes, type ValueReader } from './decode-value.ts';
import { createNameReader, createTextReader, type TextReader } from './text-reader.ts';
import type { Value } from './value.ts';

/**
 * Reads the record of `length` bytes at `offset` of the view, header included.
 *
 * @throws DecodeError where the record is shorter than its layout, or a field points out of it.
 */
export type RecordDecoder = (view: DataView, offset: number, length: number) => Value[];

/** The same as an object with the script's names; who did it, where the layout has it, comes first. */
export type EventDecoder = (view: DataView, offset: number, length: number) => TraceEvent;

export interface TraceEvent {
  /** CLOCK_BOOTTIME nanoseconds. */
  readonly time?: Value;
  readonly cgroupId?: Value;
  readonly pid?: Value;
  readonly tid?: Value;
  readonly comm?: Value;
  readonly [field: string]: Value | undefined;
}

export interface DecoderOptions {
  /** False: interpret, even where generating is allowed. */
  readonly generate?: boolean;
}

/** The values of the fields, in the layout's order. */
export function compileRecordDecoder(layout: RecordLayout, options: DecoderOptions = {}): RecordDecoder {
  const generates = options.generate !== false && mayGenerate();
  const readText = createTextReader(generates);
  const sources = layout.fields.map((field) => sourceOf(field, readText));
  if (!generates) return interpretRecord(layout, sources);
  return generate(layout, sources, (values) => `[${values.join(', ')}]`) as RecordDecoder;
}

/**
 * A plain object: `time`, `cgroupId`, `pid`, `tid`, `comm` where the layout carries the context, then the fields under their names. A field of one
 * of those names replaces it.
 */
export function compileEventDecoder(layout: RecordLayout, options: DecoderOptions = {}): EventDecoder {
  const generates = options.generate !== false && mayGenerate();
  const readText = createTextReader(generates);
  const fields = [...(layout.context ? CONTEXT_FIELDS : []), ...layout.fields];
  const sources = fields.map((field) => sourceOf(field, readText));
  if (generates) {
    const asObject = (values: readonly string[]) =>
      `{ ${values.map((value, index) => `${propertyName(fields[index]!.name)}: ${value}`).join(', ')} }`;
    return generate(layout, sources, asObject) as EventDecoder;
  }
  const decode = interpretRecord(layout, sources);
  return (view, offset, length) => {
    const values = decode(view, offset, length);
    return Object.fromEntries(fields.map(({ name }, index) => [name, values[index]!]));
  };
}

const CONTEXT_FIELDS: readonly RecordField[] = [
  inlineField('time', { kind: 'int', sizeBytes: 8, signed: false }, CONTEXT.timeNs),
  inlineField('cgroupId', { kind: 'int', sizeBytes: 8, signed: false }, CONTEXT.cgroupId),
  inlineField('pid', { kind: 'int', sizeBytes: 4, signed: false }, CONTEXT.pid),
  inlineField('tid', { kind: 'int', sizeBytes: 4, signed: false }, CONTEXT.tid),
  inlineField('comm', { kind: 'string', sizeBytes: CONTEXT.endBytes - CONTEXT.comm }, CONTEXT.comm),
];

function inlineField(name: string, type: Type, offset: number): RecordField {
  return { name, type, place: { kind: 'inline', offset } };
}

/** How a field is read: by a function, or by an expression over `view` and `at`, the record's start. */
interface FieldSource {
  readonly read: (view: DataView, at: number, length: number) => Value;
  /** Absent: call `read`. */
  readonly expression?: string;
}

function sourceOf(field: RecordField, readText: TextReader): FieldSource {
  const { place, type, name } = field;
  switch (place.kind) {
    case 'constant': {
      const value = constantValue(type, place.value);
      return { read: () => value };
    }
    case 'dynamic':
      return { read: dynamicReader(name, type, place.offset, readText) };
    case 'inline': {
      if (type.kind === 'string') return { read: inlineTextReader(place.offset, type.sizeBytes, readText) };
      const read: ValueReader = compileValueReader(type);
      const expression = scalarExpression(type, place.offset);
      return { read: (view, at) => read(view, at + place.offset), ...(expression ? { expression } : {}) };
    }
  }
}

function scalarExpression(type: Type, offset: number): string | undefined {
  const at = `at + ${offset}`;
  switch (type.kind) {
    case 'int': {
      const method = `${type.sizeBytes === 8 ? 'Big' : ''}${type.signed ? 'Int' : 'Uint'}${8 * type.sizeBytes}`;
      return `view.get${method}(${at}, true)`;
    }
    case 'bool':
      return `view.getUint8(${at}) !== 0`;
    case 'pointer':
    case 'ksym':
    case 'username':
    case 'timestamp':
    case 'cgroup-path':
      return `view.getBigUint64(${at}, true)`;
    case 'interned':
      return `view.getUint32(${at}, true)`;
    default:
      return undefined;
  }
}

function inlineTextReader(fieldOffset: number, sizeBytes: number, readText: TextReader): FieldSource['read'] {
  const read = (view: DataView, start: number) => {
    let end = start;
    while (end < start + sizeBytes && view.getUint8(end) !== 0) end++;
    const text = readText(view, start, end);
    return end === start + sizeBytes ? text + CUT_MARK : text;
  };
  const reader = sizeBytes === 16 ? createNameReader(read) : read;
  return (view, at) => reader(view, at + fieldOffset);
}

/** u16 length with the cut flag, u16 offset of the bytes from the start of the record. */
function dynamicReader(name: string, type: Type, fieldOffset: number, readText: TextReader): FieldSource['read'] {
  return (view, at, length) => {
    const flagged = view.getUint16(at + fieldOffset, true);
    const start = view.getUint16(at + fieldOffset + 2, true);
    const byteCount = flagged & ~STRING_CUT_FLAG;
    if (start + byteCount > length)
      throw new DecodeError('field-out-of-bounds', `field ${name}`, start + byteCount, length);
    if (type.kind === 'buffer') return copyBytes(view, at + start, byteCount);
    const text = readText(view, at + start, at + start + byteCount);
    return flagged === byteCount ? text : text + CUT_MARK;
  };
}

/** The one check that all fixed offsets rely on. */
function checkLength(layout: RecordLayout, view: DataView, offset: number, length: number): void {
  const wanted = Math.max(layout.fixedBytes, RECORD_HEADER_BYTES);
  const available = Math.min(length, view.byteLength - offset);
  if (available < wanted || available < length)
    throw new DecodeError('record-too-short', 'record', Math.max(wanted, length), available);
}

function interpretRecord(layout: RecordLayout, fields: readonly FieldSource[]): RecordDecoder {
  return (view, offset, length) => {
    checkLength(layout, view, offset, length);
    return fields.map((field) => field.read(view, offset, length));
  };
}

type Generated = (view: DataView, at: number, length: number) => unknown;

/** `combine` makes the result of the expressions for the fields' values. */
function generate(
  layout: RecordLayout,
  fields: readonly FieldSource[],
  combine: (values: readonly string[]) => string,
): Generated {
  const values = fields.map((field, index) => field.expression ?? `read${index}(view, at, length)`);
  const helpers = fields.map((_, index) => `read${index} = readers[${index}]`);
  const source = `'use strict';
const ${['wanted = fixedBytes', ...helpers].join(', ')};
return (view, at, length) => {
  if (length < wanted || at + length > view.byteLength) checkLength(view, at, length);
  return ${combine(values)};
};`;
  const build = new Function('readers', 'fixedBytes', 'checkLength', source);
  const readers = fields.map((field) => field.read);
  const check = (view: DataView, at: number, length: number) => checkLength(layout, view, at, length);
  return build(readers, Math.max(layout.fixedBytes, RECORD_HEADER_BYTES), check) as Generated;
}

/** False where the platform forbids code from strings. */
function mayGenerate(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

/** In an object literal a plain `__proto__` would set the prototype. */
function propertyName(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}
