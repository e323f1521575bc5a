/**
 * Values as the text that bpftrace prints:
 *
 * | value   | text |
 * | ------- | ---- |
 * | integer | decimal; of an enum its name |
 * | pointer | `0x` and hexadecimal |
 * | tuple   | `(1, a)` |
 * | array   | `[1,2]` |
 * | record, struct | `{ .a = 1, .b = 2 }` |
 * | interned | its text; `<none>` where there is none |
 * | buffer  | printable ASCII as it is, other bytes as `\x01` |
 * | stack   | lines, see `format-stack.ts` |
 */
import type { EnumInfo, IntType, Type } from '../types/type.ts';
import { tracedText } from './escape.ts';
import type { FormatOptions } from './format-options.ts';
import { formatKernelSymbol, formatStack, formatUserSymbol } from './format-stack.ts';
import { internedText } from './interned-text.ts';
import { namedFieldsOf } from './named-fields.ts';
import type { RenderContext } from './render-context.ts';
import { strerror } from './strerror.ts';
import { strftimeNs } from './strftime.ts';
import type { NamedValues, StackValue, UserAddress, Value } from './value.ts';

/** Shows values of one type. The value must be of that type (see the table of `Value`). */
export type ValueFormatter = (value: Value, render: RenderContext) => string;

/** How numbers are shown inside of values: printf's `+` reaches them even there. */
export interface NumberStyle {
  readonly plus: boolean;
}

/** What is shown where nobody knows, or nothing is to be known. */
const NO_TEXT = '<none>';

const PLAIN: NumberStyle = { plus: false };

/** The text of one value. To show many of a type, compile the formatter once. */
export function formatValue(type: Type, value: Value, render: RenderContext, options: FormatOptions): string {
  return compileValueFormatter(type, options)(value, render);
}

/** @throws RangeError for aggregates: only maps have those. */
export function compileValueFormatter(type: Type, options: FormatOptions, style: NumberStyle = PLAIN): ValueFormatter {
  switch (type.kind) {
    case 'none':
      return () => 'null';
    case 'int':
      return integerFormatter(type, style);
    case 'bool':
      return String;
    case 'string':
      return (value) => tracedText(value as string, options);
    case 'inet':
    case 'mac':
      return (value) => value as string;
    case 'buffer':
      return (value) => formatBuffer(value as Uint8Array);
    case 'pointer':
      return (value) => `0x${(value as bigint).toString(16)}`;
    case 'array':
      return listFormatter(repeated(type.element, type.length), '[', ',', ']', options, style);
    case 'tuple':
      return listFormatter(type.elements, '(', ', ', ')', options, style);
    case 'record':
    case 'struct': {
      const fields = namedFieldsOf(type);
      return fields ? fieldsFormatter(fields, options, style) : (value) => formatBuffer(value as Uint8Array);
    }
    case 'kstack':
    case 'ustack':
      return (value, render) => formatStack(type, value as StackValue, render, options);
    case 'ksym':
      return (value, render) => formatKernelSymbol(value as bigint, render, options);
    case 'usym':
      return (value, render) => formatUserSymbol(value as UserAddress, render, options);
    case 'username':
      // bpftrace prints nothing for a user that passwd does not know; its number says more.
      return (value, render) => tracedText(render.userName(Number(value)) ?? String(value), options);
    case 'timestamp':
      return (value, render) => strftimeNs(type.format, render.wallClockNs(type.clock, value as bigint)) || '(?)';
    case 'cgroup-path':
      return (value, render) => tracedText(render.cgroupPath(value as bigint) ?? '', options);
    case 'strerror':
      return (value) => strerror(Number(value));
    case 'interned':
      return (value, render) => tracedText(internedText(value, render) ?? NO_TEXT, options);
    default:
      throw new RangeError(`type ${type.kind} has no values of its own`);
  }
}

/** Printable ASCII as it is, other bytes as `\x01`. */
export function formatBuffer(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `\\x${hex2(byte)}`,
  ).join('');
}

/** The number behind an enumerator, as bpftrace has it: unsigned. */
export function enumNumber(type: IntType, value: Value): bigint {
  return BigInt.asUintN(8 * type.sizeBytes, BigInt(value as number | bigint));
}

function integerFormatter(type: IntType, style: NumberStyle): ValueFormatter {
  if (type.enum) {
    const names = enumeratorNames(type, type.enum);
    return (value) => names.get(enumNumber(type, value)) ?? enumNumber(type, value).toString();
  }
  if (style.plus && type.signed) return (value) => ((value as number | bigint) < 0 ? String(value) : `+${value}`);
  return String;
}

function enumeratorNames(type: IntType, info: EnumInfo): ReadonlyMap<bigint, string> {
  return new Map(info.values.map(({ name, value }) => [BigInt.asUintN(8 * type.sizeBytes, value), name]));
}

function listFormatter(
  types: readonly Type[],
  open: string,
  separator: string,
  close: string,
  options: FormatOptions,
  style: NumberStyle,
): ValueFormatter {
  const formatters = types.map((type) => compileValueFormatter(type, options, style));
  return (value, render) => {
    const elements = value as readonly Value[];
    return open + formatters.map((format, index) => format(elements[index]!, render)).join(separator) + close;
  };
}

function fieldsFormatter(
  fields: readonly { readonly name: string; readonly type: Type }[],
  options: FormatOptions,
  style: NumberStyle,
): ValueFormatter {
  if (fields.length === 0) return () => '{}';
  const formatters = fields.map((field) => compileValueFormatter(field.type, options, style));
  return (value, render) => {
    const values = value as NamedValues;
    return `{ ${fields.map(({ name }, index) => `.${name} = ${formatters[index]!(values[name]!, render)}`).join(', ')} }`;
  };
}

function repeated(type: Type, count: number): Type[] {
  return Array.from({ length: count }, () => type);
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
