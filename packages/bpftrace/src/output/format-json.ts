/**
 * The lines of `-f json`: one object a line.
 */
import type { SourceText } from '../source/source-text.ts';
import type { Span } from '../source/span.ts';
import type { FormatOptions } from './format-options.ts';
import { jsonInteger, jsonString } from './json-text.ts';

/** Types of lines whose `data` is a string. `syscall` is what bpftrace calls the output of `system()`. */
export type TextLineType = 'printf' | 'time' | 'cat' | 'join' | 'syscall';

/** `{"type": "…", "data": …}`; `data` is JSON already. */
export function jsonLine(type: TextLineType | 'map' | 'hist' | 'stats' | 'value', data: string): string {
  return `{"type": "${type}", "data": ${data}}\n`;
}

export function jsonTextLine(type: TextLineType, text: string, options: Pick<FormatOptions, 'nonAscii'>): string {
  return jsonLine(type, jsonString(text, options));
}

export function jsonLostEvents(count: number | bigint): string {
  return `{"type": "lost_events", "count": ${count}, "data": {"events": ${count}}}\n`;
}

export function jsonAttachedProbes(count: number): string {
  return `{"type": "attached_probes", "count": ${count}, "data": {"probes": ${count}}}\n`;
}

/** A helper of the kernel failed (`-k`). `message` is the text of its errno. */
export function jsonHelperError(
  error: { readonly message: string; readonly helper: string; readonly result: bigint },
  place: SourcePlace,
  options: Pick<FormatOptions, 'nonAscii'>,
): string {
  const helper = `"helper": ${jsonString(error.helper, options)}, "retcode": ${jsonInteger(error.result)}`;
  return `{"type": "helper_error", "msg": ${jsonString(error.message, options)}, ${helper}, ${placeMembers(place, options)}}\n`;
}

/** Something else went wrong at run time, such as a division by zero. */
export function jsonRuntimeError(
  message: string,
  place: SourcePlace,
  options: Pick<FormatOptions, 'nonAscii'>,
): string {
  return `{"type": "runtime_error", "msg": ${jsonString(message, options)}, ${placeMembers(place, options)}}\n`;
}

/** Where in which script. */
export interface SourcePlace {
  readonly source: SourceText;
  readonly span: Span;
}

function placeMembers({ source, span }: SourcePlace, options: Pick<FormatOptions, 'nonAscii'>): string {
  const { line, column } = source.position(span.start);
  return `"filename": ${jsonString(source.name, options)}, "line": ${line}, "col": ${column}`;
}
