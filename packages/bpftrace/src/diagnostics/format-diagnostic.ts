import { escapeForTerminal } from '../source/escape-for-terminal.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Span } from '../source/span.ts';
import type { Diagnostic } from './diagnostic.ts';
import { displayCells, window } from './display-cells.ts';

export interface FormatOptions {
  /** ANSI colours. */
  readonly color: boolean;
}

/** How many lines of a long span are shown: so many at its start, and its last one. */
const leadingLines = 2;

/** Of longer lines only so many code units around the span are looked at. */
const longLine = 2000;

/**
 * A diagnostic as a terminal shows it, without a final line break:
 *
 * ```text
 * open.bt:3:14: error[unknown-variable]: no variable '$naem'
 *   3 |   printf("%s", $naem);
 *     |                ^~~~~
 * hint: did you mean '$name'?
 * open.bt:2:3: note: '$name' is set here
 *   2 |   $name = comm;
 *     |   ^~~~~
 * ```
 *
 * Columns count UTF-16 code units from 1; carets count cells of a terminal. All text of the script is escaped.
 */
export function formatDiagnostic(diagnostic: Diagnostic, source: SourceText, { color }: FormatOptions): string {
  const style = color ? ansi : plain;
  const { severity, code, message, span, hint, related = [] } = diagnostic;
  const paint = severity === 'error' ? style.error : style.warning;
  const head = `${where(span, source)}: ${paint(`${severity}[${code}]`)}: ${style.strong(escapeForTerminal(message))}`;
  const lines = [head, ...excerpt(span, source, style, paint)];
  if (hint !== undefined) lines.push(`${style.note('hint')}: ${escapeForTerminal(hint)}`);
  for (const other of related) {
    lines.push(`${where(other.span, source)}: ${style.note('note')}: ${escapeForTerminal(other.message)}`);
    lines.push(...excerpt(other.span, source, style, style.note));
  }
  return lines.join('\n');
}

type Paint = (text: string) => string;

interface Style {
  readonly error: Paint;
  readonly warning: Paint;
  readonly note: Paint;
  readonly strong: Paint;
  readonly gutter: Paint;
}

const sgr =
  (codes: string): Paint =>
  (text) =>
    text === '' ? '' : `\u001b[${codes}m${text}\u001b[0m`;

const ansi: Style = {
  error: sgr('1;31'),
  warning: sgr('1;33'),
  note: sgr('1;36'),
  strong: sgr('1'),
  gutter: sgr('34'),
};
const same: Paint = (text) => text;
const plain: Style = { error: same, warning: same, note: same, strong: same, gutter: same };

function where(span: Span, source: SourceText): string {
  const { line, column } = source.position(clamp(span, source).start);
  return `${escapeForTerminal(source.name)}:${line}:${column}`;
}

/** The lines of a span with carets under it. */
function excerpt(span: Span, source: SourceText, style: Style, paint: Paint): string[] {
  const { start, end } = clamp(span, source);
  const first = source.position(start);
  const last = source.position(Math.max(start, end - 1));
  const gutterWidth = String(last.line).length + 2;
  const lines: string[] = [];
  for (let line = first.line; line <= last.line; line += 1) {
    if (line - first.line === leadingLines && line < last.line) {
      lines.push(style.gutter(`${'...'.padStart(gutterWidth)} |`));
      line = last.line;
    }
    const text = source.line(line);
    const from = line === first.line ? first.column - 1 : text.length - text.trimStart().length;
    const to = line === last.line ? last.column - 1 + (end > start ? 1 : 0) : text.length;
    const shown = underline(text, from, Math.max(from, to), line === first.line);
    lines.push(`${style.gutter(`${String(line).padStart(gutterWidth)} |`)} ${shown.text}`.trimEnd());
    lines.push(`${style.gutter(`${''.padStart(gutterWidth)} |`)} ${shown.indent}${paint(shown.marks)}`);
  }
  return lines;
}

/** A line as shown and the marks under its code units `from`..`to`; at least one caret where the span starts. */
function underline(
  line: string,
  from: number,
  to: number,
  isStart: boolean,
): { readonly text: string; readonly indent: string; readonly marks: string } {
  const skipped = line.length > longLine ? Math.max(0, from - longLine / 4) : 0;
  const cells = displayCells(line.slice(skipped, skipped + longLine));
  const part = window(cells, from - skipped, to - skipped);
  const width = Math.max(part.markWidth, isStart ? 1 : 0);
  const marks = isStart ? `^${'~'.repeat(width - 1)}` : '~'.repeat(width);
  return { text: part.text, indent: ' '.repeat(part.indentWidth), marks };
}

/** Spans of a tree are within their source; a caller's mistake must not hide the message. */
function clamp(span: Span, source: SourceText): Span {
  const limit = source.text.length;
  const start = Math.max(0, Math.min(span.start, limit));
  return { start, end: Math.max(start, Math.min(span.end, limit)) };
}
