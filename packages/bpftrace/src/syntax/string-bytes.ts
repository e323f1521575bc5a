/**
 * Strings of the language are bytes, JavaScript's are UTF-16. A byte that an escape (`\xff`, `\377`) puts into a string
 * and that is no part of well-formed UTF-8 is held as the lone surrogate U+DC00 + byte (U+DC80..U+DCFF), as Python's
 * `surrogateescape` does. So every byte string has exactly one value, and ordinary text is itself.
 */
const escapedBytes = /[\u{dc80}-\u{dcff}]+/gu;

/** The bytes that a string literal's value stands for, without a terminating NUL. */
export function stringBytes(value: string): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const run of value.matchAll(escapedBytes)) {
    parts.push(encoder.encode(value.slice(at, run.index)), rawBytes(run[0]));
    at = run.index + run[0].length;
  }
  parts.push(encoder.encode(value.slice(at)));
  return concat(parts);
}

/** The held form of one byte: itself below 0x80. */
export function holdByte(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

/** Turns runs of held bytes that spell UTF-8 into the characters that they spell. */
export function normalizeBytes(value: string): string {
  return value.replace(escapedBytes, (run) => decodeUtf8(rawBytes(run)));
}

function rawBytes(run: string): Uint8Array {
  return Uint8Array.from(run, (char) => char.charCodeAt(0) - 0xdc00);
}

function decodeUtf8(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at]!);
    try {
      text += decoder.decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      text += holdByte(bytes[at]!);
      at += 1;
    }
  }
  return text;
}

/** How many bytes a UTF-8 sequence with this first byte has. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
