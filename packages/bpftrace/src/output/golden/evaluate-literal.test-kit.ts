/** Expressions of literals as values in memory. Test support only. */
import { layoutOf, offsetsOf } from '../../types/layout.ts';
import type { Type } from '../../types/type.ts';
import { decodeText } from '../byte-text.ts';
import type { Expression } from './simple-script.test-kit.ts';

/** Thrown for what only the real thing can do. */
export class NotStoodIn extends Error {}

/** A value of the script: its type, and how it is written into memory of that type. */
export interface Evaluated {
  readonly type: Type;
  write(view: DataView, offset: number): void;
}

export function evaluate(expression: Expression): Evaluated {
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
  return memoryOf({ kind: 'string', sizeBytes }, bytes);
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
export function converted(value: Evaluated, type: Type): Evaluated {
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
export function widen(type: Type): Type {
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

export function integerOf(expression: Expression): bigint {
  if (expression.kind === 'cast') return integerOf(expression.of);
  if (expression.kind !== 'integer') throw new NotStoodIn(`${expression.kind} as an integer`);
  return expression.value;
}

export function write(value: Evaluated): Uint8Array {
  const bytes = new Uint8Array(sizeOf(value.type));
  value.write(new DataView(bytes.buffer), 0);
  return bytes;
}

export function sizeOf(type: Type): number {
  return layoutOf(type).sizeBytes;
}

/** A value that is in memory already. */
export function memoryOf(type: Type, bytes: Uint8Array): Evaluated {
  return { type, write: (view, offset) => copyInto(view, offset, bytes) };
}

function copyInto(view: DataView, offset: number, bytes: Uint8Array): void {
  new Uint8Array(view.buffer, view.byteOffset + offset, bytes.length).set(bytes);
}
