import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import { holdByte, normalizeBytes } from './string-bytes.ts';

export interface ScannedString {
  readonly end: number;
  readonly value: string;
}

const plain = /[^"\\\n]+/y;
const octal = /[0-7]{1,3}/y;
const hexadecimal = /[xX][0-9a-fA-F]{1,2}/y;
const simple: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/**
 * Scans a string literal whose opening quote is at `start`. One that is not closed ends before the last `)` of its line,
 * so that the call around it is closed, or else with its line.
 */
export function scanString(text: string, start: number, diagnostics: Diagnostics): ScannedString {
  const parts: string[] = [];
  let at = start + 1;
  while (at < text.length && text[at] !== '"' && text[at] !== '\n') {
    if (text[at] === '\\') {
      const scanned = scanEscape(text, at, diagnostics);
      parts.push(scanned.value);
      at = scanned.end;
    } else {
      const run = match(plain, text, at);
      // An unpaired surrogate is damage of the source text, and must not be mistaken for a held byte.
      parts.push(run.replace(/\p{Surrogate}/gu, '\ufffd'));
      at += run.length;
    }
  }
  if (text[at] === '"') at += 1;
  else {
    diagnostics.error('unterminated-string', { start, end: at }, 'string is not closed', { hint: 'add a closing "' });
    const parenthesis = text.slice(start, at).lastIndexOf(')');
    if (parenthesis > 0) at = start + parenthesis;
  }
  return { end: at, value: normalizeBytes(parts.join('')) };
}

function scanEscape(text: string, start: number, diagnostics: Diagnostics): ScannedString {
  const next = text[start + 1];
  const fixed = next === undefined ? undefined : simple[next];
  if (fixed !== undefined) return { end: start + 2, value: fixed };
  const digits = match(octal, text, start + 1) || match(hexadecimal, text, start + 1);
  if (digits !== '') {
    const end = start + 1 + digits.length;
    const byte = Number.parseInt(digits.replace(/^[xX]/, ''), /^[xX]/.test(digits) ? 16 : 8);
    if (byte <= 0xff) return { end, value: holdByte(byte) };
    diagnostics.error('invalid-escape', { start, end }, `octal escape '\\${digits}' is larger than a byte (\\377)`);
    return { end, value: '' };
  }
  if (next === undefined || next === '\n') return { end: start + 1, value: '' };
  const end = start + 1 + String.fromCodePoint(text.codePointAt(start + 1)!).length;
  diagnostics.error('invalid-escape', { start, end }, `unknown escape '${text.slice(start, end)}' in a string`, {
    hint: 'escapes are \\n \\t \\r \\" \\\\ \\xNN \\NNN; write \\\\ for a backslash',
  });
  return { end, value: text.slice(start + 1, end).replace(/\p{Surrogate}/gu, '\ufffd') };
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
