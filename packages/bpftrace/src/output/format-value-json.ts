/**
 * Values as bpftrace's JSON: numbers where doubles hold them (`jsonInteger`), enumerators and pointers by number, tuples and arrays as
 * arrays, records and structs as objects, buffers as arrays of signed bytes, interned texts that are none as null; everything else as the string that text mode prints.
 */
import type { Type } from '../types/type.ts';
import type { FormatOptions } from './format-options.ts';
import { compileValueFormatter, enumNumber, type ValueFormatter } from './format-value.ts';
import { internedText } from './interned-text.ts';
import { jsonInteger, jsonString } from './json-text.ts';
import { namedFieldsOf } from './named-fields.ts';
import type { NamedValues, Value } from './value.ts';

/** @throws RangeError for aggregates: only maps have those. */
export function compileJsonFormatter(type: Type, options: FormatOptions): ValueFormatter {
  switch (type.kind) {
    case 'none':
      return () => 'null';
    case 'bool':
      return String;
    case 'int':
      if (type.enum) return (value) => jsonInteger(enumNumber(type, value));
      return (value) => jsonInteger(value as number | bigint);
    case 'pointer':
      return (value) => jsonInteger(value as bigint);
    case 'buffer':
      return (value) => jsonBytes(value as Uint8Array);
    case 'interned':
      return (value, render) => {
        const text = internedText(value, render);
        return text === undefined ? 'null' : jsonString(text, options);
      };
    case 'array': {
      const element = compileJsonFormatter(type.element, options);
      return (value, render) => `[${(value as readonly Value[]).map((item) => element(item, render)).join(',')}]`;
    }
    case 'tuple': {
      const elements = type.elements.map((element) => compileJsonFormatter(element, options));
      return (value, render) =>
        `[${(value as readonly Value[]).map((item, index) => elements[index]!(item, render)).join(',')}]`;
    }
    case 'record':
    case 'struct': {
      const fields = namedFieldsOf(type);
      return fields ? objectFormatter(fields, options) : (value) => jsonBytes(value as Uint8Array);
    }
    default: {
      const format = compileValueFormatter(type, { ...options, escape: false });
      return (value, render) => jsonString(format(value, render), options);
    }
  }
}

function objectFormatter(
  fields: readonly { readonly name: string; readonly type: Type }[],
  options: FormatOptions,
): ValueFormatter {
  const members = fields.map(({ name, type }) => ({
    name,
    label: `${jsonString(name, options)}: `,
    format: compileJsonFormatter(type, options),
  }));
  return (value, render) => {
    const values = value as NamedValues;
    return `{${members.map(({ name, label, format }) => label + format(values[name]!, render)).join(', ')}}`;
  };
}

function jsonBytes(bytes: Uint8Array): string {
  return `[${new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length).join(',')}]`;
}
