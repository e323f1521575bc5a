import { isAggregate, type Type } from '../types/type.ts';
import { arrangeEntries } from './arrange-entries.ts';
import { formatHistogramJson, type HistogramType, histogramRows } from './format-histogram.ts';
import { jsonLine } from './format-json.ts';
import {
  compileKeyFormatter,
  divisorOf,
  isHistogram,
  type MapValueFormatter,
  type PrintLimits,
} from './format-map-text.ts';
import type { FormatOptions } from './format-options.ts';
import { compileJsonFormatter } from './format-value-json.ts';
import { jsonInteger, jsonString } from './json-text.ts';
import { averageOf, type MapSnapshot } from './map-snapshot.ts';
import type { RenderContext } from './render-context.ts';

/**
 * A map as a line of JSON: `{"type": "map", "data": {"@x": 1}}`, its type `hist` for histograms, and `stats` for both avg and stats. Keys become
 * strings without spaces. A map without entries gives nothing, but of `stats` an empty object.
 */
export function formatMapJson(
  snapshot: MapSnapshot,
  limits: PrintLimits,
  render: RenderContext,
  options: FormatOptions,
): string {
  const { name, key, value: type } = snapshot;
  const kind = isHistogram(type) ? 'hist' : type.kind === 'avg' || type.kind === 'stats' ? 'stats' : 'map';
  const entries = arrangeEntries(snapshot, render, limits.top);
  if (entries.length === 0 && kind !== 'stats') return '';
  const format = compileMapValueJson(type, options);
  const div = divisorOf(limits);
  const label = `${jsonString(name, options)}: `;
  if (!key) {
    const [entry] = entries;
    return jsonLine(kind, `{${label}${entry ? format(entry.value, div, render) : '{}'}}`);
  }
  const formatKey = compileKeyFormatter(key, { ...options, escape: false });
  const members = entries.map((entry) => {
    const text = formatKey(entry.key!, render).replaceAll(' ', '');
    return `${jsonString(text, options)}: ${format(entry.value, div, render)}`;
  });
  return jsonLine(kind, `{${label}{${members.join(', ')}}}`);
}

/** What a map holds, as JSON. */
export function compileMapValueJson(type: Type, options: FormatOptions): MapValueFormatter {
  const formatPlain = isAggregate(type) ? undefined : compileJsonFormatter(type, options);
  const divides = type.kind === 'int' && !type.enum;
  return (value, div, render) => {
    switch (value.kind) {
      case 'value':
        return divides ? jsonInteger(BigInt(value.value as number | bigint) / div) : formatPlain!(value.value, render);
      case 'total':
        return jsonInteger(value.total / div);
      case 'extreme':
        return jsonInteger(value.value / div);
      case 'average': {
        const average = jsonInteger(averageOf(value) / div);
        if (type.kind === 'avg') return average;
        return `{"count": ${jsonInteger(value.count)}, "average": ${average}, "total": ${jsonInteger(value.total)}}`;
      }
      case 'buckets':
        return formatHistogramJson(histogramRows(type as HistogramType, value.counts, div));
    }
  };
}
