/**
 * Bytes as JavaScript strings and back without loss. Traced data is UTF-8 most of the time, but nothing makes it so: a byte that is not
 * part of valid UTF-8 becomes the lone surrogate U+DC00 + byte (U+DC80..U+DCFF), which valid UTF-8 can never give. `encodeText`
 * turns it back into the byte. (Python calls this error handler "surrogateescape", PEP 383.)
 */

/** First code unit of the range that stands for bytes. */
const STRAY_BASE = 0xdc00;

/** Decodes `bytes[start..end)`. */
export function decodeText(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  let at = start;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      text += String.fromCharCode(byte);
      at++;
      continue;
    }
    const length = sequenceLength(bytes, at, end);
    text += length === 0 ? strayByte(byte) : String.fromCodePoint(codePoint(bytes, at, length));
    at += length || 1;
  }
  return text;
}

/** The character of one byte of text: itself below 0x80, else a stand-in that `encodeText` turns back into the byte. */
export function strayByte(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : STRAY_BASE + byte);
}

/** UTF-8; stand-ins give back their byte. */
export function encodeText(text: string): Uint8Array {
  const utf8 = new TextEncoder();
  if (!LONE_SURROGATE.test(text)) return utf8.encode(text);
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const match of text.matchAll(STRAY_RUN)) {
    parts.push(utf8.encode(text.slice(start, match.index)));
    parts.push(Uint8Array.from(match[0], (character) => character.charCodeAt(0) - STRAY_BASE));
    start = match.index + match[0].length;
  }
  parts.push(utf8.encode(text.slice(start)));
  return concatenate(parts);
}

/** How many bytes `encodeText` gives. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3;
    else if (unit < STRAY_BASE && isLowSurrogate(text.charCodeAt(at + 1))) {
      bytes += 4;
      at++;
    } else bytes += unit >= STRAY_BASE + 0x80 && unit <= STRAY_BASE + 0xff ? 1 : 3;
  }
  return bytes;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const STRAY_RUN = /[\udc80-\udcff]+/gu;

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Bytes of the valid multi-byte sequence at `at`; 0 where there is none (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF). */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  for (let index = 1; index < length; index++) {
    if ((bytes[at + index]! & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1]!;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  let point = bytes[at]! & (0xff >> (length + 1));
  for (let index = 1; index < length; index++) point = (point << 6) | (bytes[at + index]! & 0x3f);
  return point;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
