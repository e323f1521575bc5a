/**
 * printf as bpftrace 0.27 has it, which is C++ streams behind C's notation:
 *
 * - without a length modifier `d i u x X o` take the low 32 bits, with `hh` 8, with `h` 16, with any other 64;
 * - `-` and width work as in C, but zeros fill on either side, and in front of a sign or `0x`; strings are filled too;
 * - `+` acts on signed numbers, even inside of tuples shown by `%s`; the space flag and the precision do nothing; a `*` takes
 *   no argument and does nothing;
 * - the width of a tuple, array or record goes to its opening bracket.
 */
import type { Conversion, FormatSegment, FormatString } from '../script/format-string.ts';
import type { Type } from '../types/type.ts';
import { byteLength, strayByte } from './byte-text.ts';
import { tracedText } from './escape.ts';
import type { FormatOptions } from './format-options.ts';
import { formatAddressOf } from './format-stack.ts';
import { compileValueFormatter, enumNumber, formatBuffer } from './format-value.ts';
import type { RenderContext } from './render-context.ts';
import type { Value } from './value.ts';

/** Turns the values of a record into text; `values` are in the order of the conversions. */
export type Printf = (values: readonly Value[], render: RenderContext) => string;

/**
 * Prepares a format for values of those types.
 *
 * @throws RangeError where the conversions want more values than there are types. The compiler checks what a script says before.
 */
export function compilePrintf(format: FormatString, types: readonly Type[], options: FormatOptions): Printf {
  const pieces = joinLiterals(compilePieces(format.segments, types, options));
  return (values, render) => {
    let text = '';
    for (let index = 0; index < pieces.length; index++) {
      const piece = pieces[index]!;
      text += typeof piece === 'string' ? piece : piece(values, render);
    }
    return text;
  };
}

type Piece = string | Printf;

/** One value to text, before its width is applied. */
type Convert = (value: Value, render: RenderContext) => string;

function compilePieces(segments: readonly FormatSegment[], types: readonly Type[], options: FormatOptions): Piece[] {
  let next = 0;
  return segments.map((segment) => {
    if (segment.kind === 'literal') return segment.text;
    const valueAt = next++;
    const type = types[valueAt];
    if (!type)
      throw new RangeError(`format "${segment.conversion}" has no value: ${types.length} values, expected more`);
    return compileConversion(segment, type, valueAt, options);
  });
}

function compileConversion(conversion: Conversion, type: Type, valueAt: number, options: FormatOptions): Piece {
  const convert = converterOf(conversion, type, options);
  const { left, zero } = conversion.flags;
  const head = headBytesOf(conversion, type);
  const { width = 0 } = conversion;
  if (width === 0) return (values, render) => convert(values[valueAt]!, render);
  return (values, render) => pad(convert(values[valueAt]!, render), width, left, zero ? '0' : ' ', head);
}

/** Fills up to `width` bytes, counting only the first `headBytes` of the text where they are given; the fill goes beside those. */
function pad(text: string, width: number, left: boolean, fill: string, headBytes: number | undefined): string {
  if (headBytes === undefined && text.length >= width) return text;
  const missing = width - (headBytes ?? byteLength(text));
  if (missing <= 0) return text;
  const filler = fill.repeat(missing);
  if (!left) return filler + text;
  return headBytes === undefined ? text + filler : text.slice(0, headBytes) + filler + text.slice(headBytes);
}

/** Bytes of the opening bracket that a width applies to; undefined where it applies to the whole. */
function headBytesOf({ conversion }: Conversion, type: Type): number | undefined {
  if (conversion !== 's') return undefined;
  if (type.kind === 'tuple' || type.kind === 'array') return 1;
  const named = type.kind === 'record' || (type.kind === 'struct' && type.members !== undefined);
  return named ? '{ '.length : undefined;
}

function converterOf(conversion: Conversion, type: Type, options: FormatOptions): Convert {
  const integer = integerReader(type);
  const { flags, length } = conversion;
  switch (conversion.conversion) {
    case 'd':
    case 'i':
      return signedConverter(integer, LENGTH_BITS[length], flags.plus);
    case 'u':
      return unsignedConverter(integer, LENGTH_BITS[length], 10, '');
    case 'o':
      return unsignedConverter(integer, LENGTH_BITS[length], 8, flags.alternate ? '0' : '');
    case 'x':
      return unsignedConverter(integer, LENGTH_BITS[length], 16, flags.alternate ? '0x' : '');
    case 'X': {
      const convert = unsignedConverter(integer, LENGTH_BITS[length], 16, flags.alternate ? '0X' : '');
      return (value, render) => convert(value, render).toUpperCase();
    }
    case 'c':
      return (value) => tracedText(strayByte(Number(unsignedBits(integer(value), 8))), options);
    case 'p':
      return (value) => formatAddressOf(BigInt(unsignedBits(integer(value), 64)));
    case 's':
      return compileValueFormatter(type, options, { plus: flags.plus });
    case 'r':
      return type.kind === 'buffer'
        ? (value) => formatBuffer(value as Uint8Array)
        : compileValueFormatter(type, options);
    case 'rx':
      return (value) => hexOf(value, '\\x', '');
    case 'rh':
      return (value) => hexOf(value, '', ' ');
  }
}

const LENGTH_BITS = { '': 32, hh: 8, h: 16, l: 64, ll: 64, j: 64, z: 64, t: 64 } as const;

type Bits = (typeof LENGTH_BITS)[keyof typeof LENGTH_BITS];
type Integer = number | bigint;

/** An integer, bool, pointer or enumerator as its number. */
function integerReader(type: Type): (value: Value) => Integer {
  if (type.kind === 'int' && type.enum) return (value) => enumNumber(type, value);
  if (type.kind === 'bool') return Number;
  return (value) => value as Integer;
}

function signedConverter(integer: (value: Value) => Integer, bits: Bits, plus: boolean): Convert {
  if (!plus) return (value) => signedBits(integer(value), bits).toString();
  return (value) => {
    const number = signedBits(integer(value), bits);
    return number < 0 ? number.toString() : `+${number}`;
  };
}

function unsignedConverter(
  integer: (value: Value) => Integer,
  bits: Bits,
  radix: 8 | 10 | 16,
  prefix: string,
): Convert {
  if (prefix === '') return (value) => unsignedBits(integer(value), bits).toString(radix);
  return (value) => {
    const digits = unsignedBits(integer(value), bits).toString(radix);
    return digits === '0' ? digits : prefix + digits;
  };
}

/** The low bits as a signed number. Numbers are at most 32 bits wide, of either sign. */
function signedBits(value: Integer, bits: Bits): Integer {
  if (typeof value === 'bigint') return BigInt.asIntN(bits, value);
  return bits === 64 ? value : (value << (32 - bits)) >> (32 - bits);
}

function unsignedBits(value: Integer, bits: Bits): Integer {
  if (typeof value === 'bigint') return BigInt.asUintN(bits, value);
  if (bits === 64) return value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
  return (value << (32 - bits)) >>> (32 - bits);
}

function hexOf(value: Value, prefix: string, separator: string): string {
  return Array.from(value as Uint8Array, (byte) => prefix + byte.toString(16).padStart(2, '0')).join(separator);
}

function joinLiterals(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') joined[joined.length - 1] = last + piece;
    else joined.push(piece);
  }
  return joined;
}
