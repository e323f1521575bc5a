/**
 * Decoded records to the bytes of standard output, as bpftrace writes them in text and JSON mode.
 */
import type { Action } from '../script/compiled-script.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Type } from '../types/type.ts';
import { equalValues } from './equal-values.ts';
import { escapeText, tracedText } from './escape.ts';
import { jsonHelperError, jsonLine, jsonRuntimeError, jsonTextLine, type TextLineType } from './format-json.ts';
import { compileMapValueJson, formatMapJson } from './format-map-json.ts';
import { compileMapValueFormatter, formatMapText, isHistogram, type PrintLimits } from './format-map-text.ts';
import type { FormatOptions } from './format-options.ts';
import { compileValueFormatter } from './format-value.ts';
import { compileJsonFormatter } from './format-value-json.ts';
import type { MapSnapshot } from './map-snapshot.ts';
import { compilePrintf } from './printf.ts';
import { zeroMapValue } from './read-map.ts';
import type { RenderContext } from './render-context.ts';
import type { RuntimeErrorAction } from './runtime-error-diagnostic.ts';
import { strerror } from './strerror.ts';
import { strftime } from './strftime.ts';
import type { Value } from './value.ts';

export type OutputFormat = 'text' | 'json';

/** What actions ask of the engine around them. */
export interface ActionContext {
  readonly format: OutputFormat;
  readonly options: FormatOptions;
  readonly render: RenderContext;
  /** The script, for the places in error records. */
  readonly source: SourceText;
  /** What a map (by name, with its `@`) holds at this moment. */
  snapshot(map: string): MapSnapshot;
  /** Content of a file, for `cat`, cut at the configured size; undefined where it cannot be read (the engine says so itself). */
  readFile(path: string): string | undefined;
  /** Runs a shell command, for `system`, and gives its standard output. */
  runCommand(command: string): string;
}

/** Renders one record: its fields in the order of the action's layout, as `compileRecordDecoder` gives them. */
export type ActionRenderer = (fields: readonly Value[]) => string;

/**
 * Prepares an action: formats are taken apart and types looked at once. The result gives exactly what goes to standard output; nothing
 * for what is done rather than shown (`exit`, `clear`, `zero`), and in text mode for errors at run time (`runtimeErrorDiagnostic`).
 */
export function compileAction(action: Action, context: ActionContext): ActionRenderer {
  const { options, render } = context;
  switch (action.kind) {
    case 'printf': {
      const printf = compilePrintf(action.format, typesOf(action), options);
      return textRenderer('printf', (fields) => printf(fields, render), context);
    }
    case 'print-value':
      return valueRenderer(typesOf(action)[0] ?? { kind: 'none' }, ([value]) => value!, context);
    case 'event':
      return eventRenderer(action, context);
    case 'print-map': {
      const limits = { top: action.top ?? 0, div: action.div ?? 0 };
      return () => renderMap(printedSnapshot(context.snapshot(action.map)), limits, context);
    }
    case 'print-entry':
      return ([key]) => renderEntry(context.snapshot(action.map), key!, context);
    case 'time':
      return textRenderer('time', () => strftime(action.format, render.nowMs()), context);
    case 'join':
      return textRenderer('join', joinRenderer(action.delimiter, options), context, '\n');
    case 'cat': {
      const path = compilePrintf(action.format, typesOf(action), RAW);
      return (fields) => renderFile(context.readFile(path(fields, render)), context);
    }
    case 'system': {
      const command = compilePrintf(action.format, typesOf(action), RAW);
      return textRenderer(
        'syscall',
        (fields) => shownLines(context.runCommand(command(fields, render)), options),
        context,
        '\n',
      );
    }
    case 'runtime-error':
      return ([result]) => (context.format === 'json' ? renderRuntimeError(action, result as bigint, context) : '');
    case 'exit':
    case 'clear-map':
    case 'zero-map':
      return () => '';
  }
}

/** One record of an action. To render many, compile the action once. */
export function renderAction(action: Action, fields: readonly Value[], context: ActionContext): string {
  return compileAction(action, context)(fields);
}

/** A map as `print(@m, top, div)` shows it. */
export function renderMap(
  snapshot: MapSnapshot,
  limits: PrintLimits,
  { format, render, options }: Pick<ActionContext, 'format' | 'render' | 'options'>,
): string {
  return format === 'json'
    ? formatMapJson(snapshot, limits, render, options)
    : formatMapText(snapshot, limits, render, options);
}

/** What the kernel or a file gets must be what the script said, byte for byte. */
const RAW: FormatOptions = { escape: false, nonAscii: 'utf-8' };

function typesOf(action: Action): Type[] {
  return action.layout.fields.map((field) => field.type);
}

/** Text as it is, with `end` behind it; as the data of a JSON line without. JSON escapes by itself. */
function textRenderer(type: TextLineType, text: ActionRenderer, context: ActionContext, end = ''): ActionRenderer {
  if (context.format === 'json') return (fields) => jsonTextLine(type, text(fields), context.options);
  return end === '' ? text : (fields) => text(fields) + end;
}

function valueRenderer(type: Type, pick: (fields: readonly Value[]) => Value, context: ActionContext): ActionRenderer {
  const { render, options } = context;
  if (context.format === 'json') {
    const format = compileJsonFormatter(type, options);
    return (fields) => jsonLine('value', format(pick(fields), render));
  }
  const format = compileValueFormatter(type, options);
  return (fields) => `${format(pick(fields), render)}\n`;
}

/** An event prints as the record that it was in the script. */
function eventRenderer(action: Extract<Action, { kind: 'event' }>, context: ActionContext): ActionRenderer {
  const names = action.layout.fields.map((field) => field.name);
  const type: Type = { kind: 'record', fields: action.layout.fields };
  return valueRenderer(
    type,
    (fields) => Object.fromEntries(names.map((name, index) => [name, fields[index]!])),
    context,
  );
}

/** Scalars that were never set print as zero when asked for; histograms, and maps with keys, print nothing. */
function printedSnapshot(snapshot: MapSnapshot): MapSnapshot {
  if (snapshot.entries.length > 0 || snapshot.key || isHistogram(snapshot.value)) return snapshot;
  return { ...snapshot, entries: [{ keyBytes: new Uint8Array(0), value: zeroMapValue(snapshot.value) }] };
}

/** `print(@m[k])` of an aggregate: its value alone; zero where the key is missing. */
function renderEntry(snapshot: MapSnapshot, key: Value, { format, render, options }: ActionContext): string {
  const entry = snapshot.entries.find((candidate) => equalValues(candidate.key!, key));
  const value = entry?.value ?? zeroMapValue(snapshot.value);
  if (format === 'json') return jsonLine('value', compileMapValueJson(snapshot.value, options)(value, 1n, render));
  return `${compileMapValueFormatter(snapshot.value, options)(value, 1n, render)}\n`;
}

/** The first field says how many of the strings behind it there are. */
function joinRenderer(delimiter: string, options: FormatOptions): ActionRenderer {
  return ([count, ...strings]) => {
    const given = strings.slice(0, Number(count)) as string[];
    return given.map((text) => tracedText(text, options)).join(delimiter);
  };
}

function renderFile(content: string | undefined, { format, options }: ActionContext): string {
  if (content === undefined) return '';
  return format === 'json' ? jsonTextLine('cat', content, options) : shownLines(content, options);
}

function shownLines(text: string, options: FormatOptions): string {
  return options.escape ? escapeText(text, { lines: true }) : text;
}

function renderRuntimeError(action: RuntimeErrorAction, result: bigint, { source, options }: ActionContext): string {
  const { helper, message, span } = action;
  if (!helper) return jsonRuntimeError(message, { source, span }, options);
  return jsonHelperError({ message: strerror(Number(result)), helper, result }, { source, span }, options);
}
