/**
 * Bytes of records as strings, fast: nearly all of them are short ASCII, and there are millions.
 */
import { decodeText } from './byte-text.ts';

/** The text of the bytes from `start` to before `end`. */
export type TextReader = (view: DataView, start: number, end: number) => string;

/** Up to here one `String.fromCharCode` call is faster than `TextDecoder`. */
const LONGEST_GENERATED = 48;

/**
 * A reader for the strings of one decoder. Per length it makes straight-line code the first time that a string of that length comes: the
 * bytes are loaded four at a time, checked to be ASCII, and given to one `String.fromCharCode` call.
 *
 * @param generate false: no code from strings, where a platform forbids it.
 */
export function createTextReader(generate: boolean): TextReader {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const byLength: AsciiReader[] = [];
  return (view, start, end) => {
    const length = end - start;
    if (length === 0) return '';
    if (!generate || length > LONGEST_GENERATED) return readUtf8(utf8, view, start, end);
    let readAscii = byLength[length];
    if (!readAscii) {
      readAscii = generateAsciiReader(length);
      byLength[length] = readAscii;
    }
    return readAscii(view, start) ?? readUtf8(utf8, view, start, end);
  };
}

/**
 * Reads strings of 16 bytes (`comm`), NUL-terminated. The same few names come again and again: each is decoded once, and found again
 * by its four words in a small table.
 *
 * @param decode decodes the string at an offset.
 */
export function createNameReader(
  decode: (view: DataView, at: number) => string,
): (view: DataView, at: number) => string {
  const words = new Int32Array(4 * NAME_SLOTS);
  const names: string[] = new Array(NAME_SLOTS).fill('');
  return (view, at) => {
    const a = view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    const mixed = a ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b) ^ Math.imul(d, 0xc2b2ae35);
    const slot = Math.imul(mixed, 0x27d4eb2f) >>> 24;
    const first = 4 * slot;
    if (words[first] === a && words[first + 1] === b && words[first + 2] === c && words[first + 3] === d)
      return names[slot]!;
    words[first] = a;
    words[first + 1] = b;
    words[first + 2] = c;
    words[first + 3] = d;
    const name = decode(view, at);
    names[slot] = name;
    return name;
  };
}

/** As many as the top byte of a hash can tell apart. */
const NAME_SLOTS = 256;

/** Undefined where a byte is not ASCII. */
type AsciiReader = (view: DataView, at: number) => string | undefined;

function generateAsciiReader(length: number): AsciiReader {
  const loads: string[] = [];
  const characters: string[] = [];
  let offset = 0;
  for (; offset + 4 <= length; offset += 4) {
    const word = `w${offset}`;
    loads.push(`${word} = view.getUint32(at + ${offset}, true)`);
    characters.push(`${word} & 255`, `(${word} >> 8) & 255`, `(${word} >> 16) & 255`, `${word} >>> 24`);
  }
  for (; offset < length; offset++) {
    loads.push(`w${offset} = view.getUint8(at + ${offset})`);
    characters.push(`w${offset}`);
  }
  const all = loads.map((load) => load.slice(0, load.indexOf(' '))).join(' | ');
  const source = `'use strict';
return (view, at) => {
  const ${loads.join(', ')};
  return ((${all}) & 0x80808080) === 0 ? fromCharCode(${characters.join(', ')}) : undefined;
};`;
  return new Function('fromCharCode', source)(String.fromCharCode) as AsciiReader;
}

function readUtf8(utf8: { decode(bytes: Uint8Array): string }, view: DataView, start: number, end: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
  try {
    return utf8.decode(bytes);
  } catch {
    return decodeText(bytes);
  }
}
