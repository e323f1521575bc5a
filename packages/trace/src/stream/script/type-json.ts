import { isAggregate, layoutOf, type StructMemberType, type Type } from '@waggle/bpftrace';
import { FrameProblem } from '../stream-error.ts';
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
  readText,
} from './json-reader.ts';

/** No value of a record, key or map is larger. */
export const MAX_VALUE_BYTES = 1 << 20;
const MAX_DEPTH = 32;
const MAX_LHIST_BUCKETS = 100_000n;

/** A type as JSON: what reading and showing its values needs. What a pointer points to, and numbers of BTF, are not. */
export function typeJson(type: Type): Json {
  switch (type.kind) {
    case 'int': {
      const { kind, sizeBytes, signed } = type;
      return { kind, sizeBytes, signed, ...(type.enum === undefined ? {} : { enum: enumJson(type.enum) }) };
    }
    case 'pointer':
      return { kind: 'pointer', space: type.space };
    case 'array':
      return { ...type, element: typeJson(type.element) };
    case 'struct': {
      const { kind, union, name, sizeBytes, members } = type;
      return { kind, union, name, sizeBytes, ...(members === undefined ? {} : { members: members.map(memberJson) }) };
    }
    case 'tuple':
      return { kind: 'tuple', elements: type.elements.map(typeJson) };
    case 'record':
      return { kind: 'record', fields: type.fields.map((field) => ({ name: field.name, type: typeJson(field.type) })) };
    case 'lhist':
      return { kind: 'lhist', min: bigintJson(type.min), max: bigintJson(type.max), step: bigintJson(type.step) };
    default:
      return { ...type };
  }
}

function enumJson({ name, values }: NonNullable<Extract<Type, { kind: 'int' }>['enum']>): Json {
  return { name, values: values.map((one) => ({ name: one.name, value: bigintJson(one.value) })) };
}

function memberJson({ name, type, offsetBits, bitfieldSizeBits }: StructMemberType): Json {
  return { name, type: typeJson(type), offsetBits, bitfieldSizeBits };
}

/**
 * The type of values: everything but aggregates. Its layout is sound: members lie within their struct, and the whole is no larger than
 * `MAX_VALUE_BYTES`.
 *
 * @throws FrameProblem
 */
export function readValueType(json: unknown, at: string, depth = 0): Type {
  if (depth > MAX_DEPTH) throw new FrameProblem(`schema: ${at} is nested too deeply`);
  const object = readObject(json, at);
  const type = readKind(object, at, depth);
  if (sizeOf(type) > MAX_VALUE_BYTES) throw new FrameProblem(`schema: ${at} is larger than ${MAX_VALUE_BYTES} bytes`);
  return type;
}

/** What a map holds. @throws FrameProblem */
export function readMapValueType(json: unknown, at: string): Type {
  const object = readObject(json, at);
  const { kind } = object;
  switch (kind) {
    case 'count':
      return { kind };
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'stats':
      return { kind, signed: readBoolean(object.signed, `${at}.signed`) };
    case 'hist':
      return { kind, bits: readInteger(object.bits, `${at}.bits`, 0, 5) };
    case 'lhist':
      return readLhist(object, at);
    default:
      return readValueType(json, at);
  }
}

/** Bytes of a value of that type; `none` has none. */
export function sizeOf(type: Type): number {
  return type.kind === 'none' || isAggregate(type) ? 0 : layoutOf(type).sizeBytes;
}

/** A date format that is safe to follow: no width that makes a text of millions of characters. */
export function readDateFormat(json: unknown, at: string): string {
  const format = readText(json, at);
  if (/\d{5}/.test(format)) throw new FrameProblem(`schema: ${at} asks for too much width`);
  return format;
}

function readKind(object: JsonObject, at: string, depth: number): Type {
  const { kind } = object;
  switch (kind) {
    case 'none':
    case 'bool':
    case 'ksym':
    case 'usym':
    case 'username':
    case 'inet':
    case 'mac':
    case 'strerror':
    case 'interned':
      return { kind };
    case 'int':
      return readIntType(object, at);
    case 'string':
    case 'buffer':
      return {
        kind,
        sizeBytes: readInteger(object.sizeBytes, `${at}.sizeBytes`, kind === 'string' ? 1 : 0, MAX_VALUE_BYTES),
      };
    case 'pointer':
      return {
        kind,
        to: { kind: 'none' },
        space: readOneOf(object.space, `${at}.space`, ['kernel', 'user', 'bpf'] as const),
      };
    case 'kstack':
    case 'ustack':
      return {
        kind,
        mode: readOneOf(object.mode, `${at}.mode`, ['bpftrace', 'perf', 'raw', 'build_id'] as const),
        limit: readInteger(object.limit, `${at}.limit`, 1, 0xffff),
      };
    case 'timestamp':
      return {
        kind,
        format: readDateFormat(object.format, `${at}.format`),
        clock: readOneOf(object.clock, `${at}.clock`, ['monotonic', 'boot', 'tai', 'realtime'] as const),
      };
    case 'cgroup-path':
      return { kind, ...(object.pattern === undefined ? {} : { pattern: readText(object.pattern, `${at}.pattern`) }) };
    default:
      return readComposite(object, at, depth);
  }
}

function readComposite(object: JsonObject, at: string, depth: number): Type {
  const inner = (json: unknown, where: string) => readValued(json, where, depth + 1);
  switch (object.kind) {
    case 'array': {
      const element = inner(object.element, `${at}.element`);
      const most = Math.floor(MAX_VALUE_BYTES / Math.max(1, sizeOf(element)));
      return { kind: 'array', element, length: readInteger(object.length, `${at}.length`, 0, most) };
    }
    case 'tuple':
      return { kind: 'tuple', elements: readList(object.elements, `${at}.elements`, inner) };
    case 'record':
      return {
        kind: 'record',
        fields: readList(object.fields, `${at}.fields`, (json, where) => readField(json, where, inner)),
      };
    case 'struct':
      return readStruct(object, at, depth);
    default:
      throw new FrameProblem(`schema: ${at}.kind is unknown: ${String(object.kind).slice(0, 40)}`);
  }
}

/** A part of another value takes room in it. */
function readValued(json: unknown, at: string, depth: number): Type {
  const type = readValueType(json, at, depth);
  if (type.kind === 'none') throw new FrameProblem(`schema: ${at} has no values`);
  return type;
}

function readField(
  json: unknown,
  at: string,
  readType: (json: unknown, at: string) => Type,
): { name: string; type: Type } {
  const { name, type } = readObject(json, at);
  return { name: readText(name, `${at}.name`), type: readType(type, `${at}.type`) };
}

function readIntType(object: JsonObject, at: string): Type {
  const sizeBytes = readOneOf(object.sizeBytes, `${at}.sizeBytes`, [1, 2, 4, 8] as const);
  const type = { kind: 'int', sizeBytes, signed: readBoolean(object.signed, `${at}.signed`) } as const;
  if (object.enum === undefined) return type;
  const { name, values } = readObject(object.enum, `${at}.enum`);
  return {
    ...type,
    enum: {
      name: readText(name, `${at}.enum.name`),
      values: readList(values, `${at}.enum.values`, (json, where) => {
        const one = readObject(json, where);
        return { name: readText(one.name, `${where}.name`), value: readBigint(one.value, `${where}.value`) };
      }),
    },
  };
}

function readStruct(object: JsonObject, at: string, depth: number): Type {
  const sizeBytes = readInteger(object.sizeBytes, `${at}.sizeBytes`, 0, MAX_VALUE_BYTES);
  const members =
    object.members === undefined
      ? undefined
      : readList(object.members, `${at}.members`, (json, where) => readMember(json, where, sizeBytes, depth));
  return {
    kind: 'struct',
    union: readBoolean(object.union, `${at}.union`),
    name: readText(object.name, `${at}.name`),
    sizeBytes,
    ...(members === undefined ? {} : { members }),
  };
}

function readMember(json: unknown, at: string, structBytes: number, depth: number): StructMemberType {
  const object = readObject(json, at);
  const { name, type } = readField(json, at, (inner, where) => readValued(inner, where, depth + 1));
  const offsetBits = readInteger(object.offsetBits, `${at}.offsetBits`, 0, 8 * structBytes);
  const bitfieldSizeBits = readInteger(object.bitfieldSizeBits, `${at}.bitfieldSizeBits`, 0, 64);
  const bits = bitfieldSizeBits > 0 ? bitfieldSizeBits : 8 * sizeOf(type);
  if (offsetBits + bits > 8 * structBytes) throw new FrameProblem(`schema: ${at} lies outside of its struct`);
  if (bitfieldSizeBits === 0 && offsetBits % 8 !== 0) throw new FrameProblem(`schema: ${at} does not start at a byte`);
  return { name, type, offsetBits, bitfieldSizeBits };
}

function readLhist(object: JsonObject, at: string): Type {
  const [min, max, step] = (['min', 'max', 'step'] as const).map((name) => readBigint(object[name], `${at}.${name}`));
  if (step! <= 0n || max! <= min! || (max! - min!) / step! > MAX_LHIST_BUCKETS)
    throw new FrameProblem(`schema: ${at} has no sensible buckets`);
  return { kind: 'lhist', min: min!, max: max!, step: step! };
}
