import { encodeText } from './byte-text.ts';
import type { FormatOptions } from './format-options.ts';

/**
 * Text from traced processes with everything that could act on a terminal made visible: C0 and C1 controls (ESC among them),
 * DEL, controls of text direction, and bytes that are not UTF-8 become `\x` and two hexadecimal digits for each of their bytes. Backslashes
 * stay as they are: the result is to be read, not parsed.
 *
 * With `lines`, newlines and tabs stay: for whole files (`cat`), whose layout is their own.
 */
export function escapeText(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(UNSAFE_EACH, (character) =>
    lines && (character === '\n' || character === '\t') ? character : hexBytes(character),
  );
}

/** Text of a traced value, as the options want it. */
export function tracedText(text: string, options: FormatOptions): string {
  return options.escape ? escapeText(text) : text;
}

function hexBytes(character: string): string {
  return Array.from(encodeText(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** Controls; ARABIC LETTER MARK, LRM, RLM, the embeddings, overrides and isolates; stand-ins for stray bytes (`byte-text.ts`). */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;
const UNSAFE_EACH = new RegExp(UNSAFE.source, 'gu');
