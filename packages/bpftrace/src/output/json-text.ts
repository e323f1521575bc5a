import { decodeText, encodeText } from './byte-text.ts';
import type { FormatOptions } from './format-options.ts';

/**
 * A JSON string as bpftrace writes it: `\"`, `\\`, `\n`, `\r`, `\t` by name, other control characters as `\u00xx`, DEL and the slash
 * as they are. Beyond ASCII see `FormatOptions.nonAscii`; bytes that are not UTF-8 become lone surrogates (`\udcff`), which
 * most parsers take.
 */
export function jsonString(text: string, options: Pick<FormatOptions, 'nonAscii'>): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  const joined = STRAY.test(text) ? decodeText(encodeText(text)) : text;
  const named = joined.replace(SPECIAL_EACH, (character) => NAMED[character] ?? escapeCharacter(character, options));
  return `"${named}"`;
}

/**
 * A number where a double holds it exactly, else a string: most readers would round it in silence (RFC 8259, section 6).
 */
export function jsonInteger(value: number | bigint): string {
  if (typeof value === 'number' || BigInt(Number(value)) === value) return value.toString();
  return `"${value}"`;
}

const NAMED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const SPECIAL = /["\\\u0000-\u001f\u0080-\u{10ffff}]/u;
/** Stand-ins for bytes, which may be pieces of one character (`%c%c`). */
const STRAY = /\p{Surrogate}/u;
const SPECIAL_EACH = new RegExp(SPECIAL.source, 'gu');

function escapeCharacter(character: string, options: Pick<FormatOptions, 'nonAscii'>): string {
  const point = character.codePointAt(0)!;
  if (point < 0x20) return `\\u${hex4(point)}`;
  if (options.nonAscii === 'as-bpftrace') return Array.from(encodeText(character), signExtendedByte).join('');
  return point >= 0xd800 && point <= 0xdfff ? `\\u${hex4(point)}` : character;
}

/** A `char` above 0x7f, printed as a negative int of 32 bits. */
function signExtendedByte(byte: number): string {
  return `\\uffffff${byte.toString(16)}`;
}

function hex4(point: number): string {
  return point.toString(16).padStart(4, '0');
}
