/**
 * Bytes to values, by type. Little-endian: BPF's byte order on x86-64 and arm64.
 */
import { layoutOf, offsetsOf } from '../types/layout.ts';
import type { IntType, StructType, Type } from '../types/type.ts';
import { decodeText } from './byte-text.ts';
import { flattenMembers, type NamedField } from './named-fields.ts';
import { formatAddress, formatMac } from './network-text.ts';
import type { NamedValues, Value } from './value.ts';

/** What stands behind a string that was cut, as in bpftrace. */
export const CUT_MARK = '..';

/** Reads one value at a byte offset of the view. */
export type ValueReader = (view: DataView, offset: number) => Value;

/**
 * The value of that type at `offset`, laid out as `types/layout.ts` says. A string without a terminator was cut: it ends in `..`.
 *
 * @throws RangeError where the view is too short, or the type has no values (aggregates).
 */
export function decodeValue(type: Type, view: DataView, offset: number): Value {
  return compileValueReader(type)(view, offset);
}

/** `decodeValue` with the questions about the type asked once. */
export function compileValueReader(type: Type): ValueReader {
  switch (type.kind) {
    case 'none':
      return () => null;
    case 'int':
      return integerReader(type);
    case 'bool':
      return (view, offset) => view.getUint8(offset) !== 0;
    case 'string':
      return (view, offset) => readText(view, offset, type.sizeBytes);
    case 'buffer':
      return (view, offset) => copyBytes(view, offset + 4, Math.min(view.getUint32(offset, true), type.sizeBytes));
    case 'pointer':
    case 'ksym':
    case 'username':
    case 'timestamp':
    case 'cgroup-path':
      return readUint64;
    case 'strerror':
      return (view, offset) => view.getBigInt64(offset, true);
    case 'interned':
      return (view, offset) => view.getUint32(offset, true);
    case 'usym':
      return (view, offset) => ({ address: readUint64(view, offset), ...readOwner(view, offset + 8) });
    case 'kstack':
    case 'ustack':
      return (view, offset) => ({ id: view.getBigInt64(offset, true), ...readOwner(view, offset + 8) });
    case 'inet':
      return (view, offset) => formatAddress(Number(readUint64(view, offset)), view, offset + 8);
    case 'mac':
      return formatMac;
    case 'array':
      return arrayReader(type.element, type.length);
    case 'tuple':
      return tupleReader(type.elements);
    case 'record':
      return recordReader(type.fields);
    case 'struct':
      return structReader(type);
    default:
      throw new RangeError(`type ${type.kind} has no values of its own`);
  }
}

/** Bytes up to the first NUL; `..` behind them where there is none. */
export function readText(view: DataView, offset: number, sizeBytes: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, sizeBytes);
  const length = bytes.indexOf(0);
  return length < 0 ? decodeText(bytes) + CUT_MARK : decodeText(bytes, 0, length);
}

export function copyBytes(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length).slice();
}

/** An integer that is known at compile time, as a value of its type. */
export function constantValue(type: Type, value: bigint | string): Value {
  if (typeof value === 'string') return value;
  if (type.kind === 'bool') return value !== 0n;
  if (type.kind !== 'int') return value;
  const bits = 8 * type.sizeBytes;
  const wrapped = type.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return type.sizeBytes === 8 ? wrapped : Number(wrapped);
}

function integerReader(type: IntType): ValueReader {
  switch (type.sizeBytes) {
    case 1:
      return type.signed ? (view, offset) => view.getInt8(offset) : (view, offset) => view.getUint8(offset);
    case 2:
      return type.signed
        ? (view, offset) => view.getInt16(offset, true)
        : (view, offset) => view.getUint16(offset, true);
    case 4:
      return type.signed
        ? (view, offset) => view.getInt32(offset, true)
        : (view, offset) => view.getUint32(offset, true);
    case 8:
      return type.signed ? (view, offset) => view.getBigInt64(offset, true) : readUint64;
  }
}

function readUint64(view: DataView, offset: number): bigint {
  return view.getBigUint64(offset, true);
}

function readOwner(view: DataView, offset: number): { readonly pid: number; readonly probe: number } {
  return { pid: view.getUint32(offset, true), probe: view.getUint32(offset + 4, true) };
}

function arrayReader(element: Type, length: number): ValueReader {
  const read = compileValueReader(element);
  const { sizeBytes } = layoutOf(element);
  return (view, offset) => Array.from({ length }, (_, index) => read(view, offset + index * sizeBytes));
}

function tupleReader(elements: readonly Type[]): ValueReader {
  const offsets = offsetsOf(elements);
  const readers = elements.map(compileValueReader);
  return (view, offset) => readers.map((read, index) => read(view, offset + offsets[index]!));
}

function recordReader(fields: readonly { readonly name: string; readonly type: Type }[]): ValueReader {
  const offsets = offsetsOf(fields.map((field) => field.type));
  return namedReader(fields.map((field, index) => [field.name, offsets[index]!, compileValueReader(field.type)]));
}

/** Where the compiler did not look up the members, the bytes as they are. */
function structReader(type: StructType): ValueReader {
  if (!type.members) return (view, offset) => copyBytes(view, offset, type.sizeBytes);
  return namedReader(flattenMembers(type.members).map(fieldReader));
}

type NamedReader = readonly [name: string, offset: number, read: ValueReader];

function fieldReader(field: NamedField): NamedReader {
  if (field.bitfieldSizeBits > 0) return [field.name, 0, bitfieldReader(field)];
  return [field.name, field.offsetBits / 8, compileValueReader(field.type)];
}

function namedReader(readers: readonly NamedReader[]): ValueReader {
  return (view, offset) => {
    const entries = readers.map(([name, at, read]): [string, Value] => [name, read(view, offset + at)]);
    return Object.fromEntries(entries) satisfies NamedValues;
  };
}

/** Bit fields count from the least significant bit of the byte that they start in. */
function bitfieldReader({ offsetBits, bitfieldSizeBits, type }: NamedField): ValueReader {
  const firstByte = offsetBits >> 3;
  const byteCount = Math.ceil(((offsetBits & 7) + bitfieldSizeBits) / 8);
  const signed = type.kind === 'int' && type.signed;
  return (view, offset) => {
    let bits = 0n;
    for (let index = byteCount - 1; index >= 0; index--)
      bits = (bits << 8n) | BigInt(view.getUint8(offset + firstByte + index));
    const value = bits >> BigInt(offsetBits & 7);
    return constantValue(
      type,
      signed ? BigInt.asIntN(bitfieldSizeBits, value) : BigInt.asUintN(bitfieldSizeBits, value),
    );
  };
}
