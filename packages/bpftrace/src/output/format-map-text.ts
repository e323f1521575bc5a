import { type AggregateType, isAggregate, type Type } from '../types/type.ts';
import { arrangeEntries } from './arrange-entries.ts';
import { formatHistogram, type HistogramType, histogramRows } from './format-histogram.ts';
import type { FormatOptions } from './format-options.ts';
import { compileValueFormatter, type ValueFormatter } from './format-value.ts';
import { averageOf, type MapSnapshot, type MapValue } from './map-snapshot.ts';
import type { RenderContext } from './render-context.ts';
import type { Value } from './value.ts';

/** What `print(@m, top, div)` says. */
export interface PrintLimits {
  /** Only the last that many entries; 0: all. */
  readonly top?: number;
  /** What numbers are divided by, rounding towards zero; 0: nothing. Counts and totals of `stats`, and `lhist`, stay. */
  readonly div?: number;
}

/** Shows what a map holds. `div` is at least 1. */
export type MapValueFormatter = (value: MapValue, div: bigint, render: RenderContext) => string;

/**
 * A map as bpftrace prints it: `@x: 1`, or a line `@x[key]: value` for each entry; histograms are blocks with a blank line behind. Tuple
 * keys lose their parentheses. A map without entries prints nothing.
 */
export function formatMapText(
  snapshot: MapSnapshot,
  limits: PrintLimits,
  render: RenderContext,
  options: FormatOptions,
): string {
  const { name, key, value: type } = snapshot;
  const formatKey = key && compileKeyFormatter(key, options);
  const format = compileMapValueFormatter(type, options);
  const behindLabel = isHistogram(type) ? ':\n' : ': ';
  const div = divisorOf(limits);
  const lines = arrangeEntries(snapshot, render, limits.top).map((entry) => {
    const label = formatKey ? `${name}[${formatKey(entry.key!, render)}]` : name;
    return `${label}${behindLabel}${format(entry.value, div, render)}\n`;
  });
  return lines.join('');
}

/** The text of what a map holds: one line without its line break, or a histogram's lines. */
export function compileMapValueFormatter(type: Type, options: FormatOptions): MapValueFormatter {
  const formatPlain = isAggregate(type) ? undefined : compileDividingFormatter(type, options);
  return (value, div, render) => {
    switch (value.kind) {
      case 'value':
        return formatPlain!(value.value, div, render);
      case 'total':
        return (value.total / div).toString();
      case 'extreme':
        return (value.value / div).toString();
      case 'average': {
        const average = averageOf(value) / div;
        return type.kind === 'avg'
          ? average.toString()
          : `{ .count = ${value.count}, .average = ${average}, .total = ${value.total} }`;
      }
      case 'buckets':
        return formatHistogram(histogramRows(type as HistogramType, value.counts, div));
    }
  };
}

/** Text of a key, as it stands between the brackets. Any text in parentheses loses them, even a string's own. */
export function compileKeyFormatter(type: Type, options: FormatOptions): ValueFormatter {
  const format = compileValueFormatter(type, options);
  return (value, render) => {
    const text = format(value, render);
    return text.length >= 2 && text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : text;
  };
}

export function divisorOf(limits: PrintLimits): bigint {
  return BigInt(limits.div || 1);
}

export function isHistogram(type: Type): type is HistogramType {
  return type.kind === 'hist' || type.kind === 'lhist';
}

function compileDividingFormatter(type: Exclude<Type, AggregateType>, options: FormatOptions) {
  const format = compileValueFormatter(type, options);
  if (type.kind !== 'int' || type.enum)
    return (value: Value, _div: bigint, render: RenderContext) => format(value, render);
  return (value: Value, div: bigint) => (BigInt(value as number | bigint) / div).toString();
}
