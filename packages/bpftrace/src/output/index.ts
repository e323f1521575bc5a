export { arrangeEntries } from './arrange-entries.ts';
export { decodeText, encodeText } from './byte-text.ts';
export {
  compileEventDecoder,
  compileRecordDecoder,
  type DecoderOptions,
  type EventDecoder,
  type RecordDecoder,
  type TraceEvent,
} from './compile-decoder.ts';
export { DecodeError } from './decode-error.ts';
export { CUT_MARK, compileValueReader, decodeValue, type ValueReader } from './decode-value.ts';
export { equalValues } from './equal-values.ts';
export { escapeText } from './escape.ts';
export {
  formatHistogram,
  formatHistogramJson,
  type HistogramRow,
  type HistogramType,
  histogramRows,
} from './format-histogram.ts';
export { formatMapJson } from './format-map-json.ts';
export { formatMapText, type PrintLimits } from './format-map-text.ts';
export type { FormatOptions } from './format-options.ts';
export { compileValueFormatter, formatValue, type ValueFormatter } from './format-value.ts';
export { compileJsonFormatter } from './format-value-json.ts';
export { jsonInteger, jsonString } from './json-text.ts';
export { averageOf, type MapEntry, type MapSnapshot, type MapValue } from './map-snapshot.ts';
export { mergeMapValues } from './merge-map-values.ts';
export { mergeSnapshots } from './merge-snapshots.ts';
export { compilePrintf, type Printf } from './printf.ts';
export { type RawMapEntry, readMap, zeroMapValue } from './read-map.ts';
export {
  type ActionContext,
  type ActionRenderer,
  compileAction,
  type OutputFormat,
  renderAction,
  renderMap,
} from './render-action.ts';
export type { RenderContext, SymbolName } from './render-context.ts';
export { renderAttached, renderFinalMaps, renderLostEvents } from './render-final-maps.ts';
export { type RuntimeErrorAction, runtimeErrorDiagnostic } from './runtime-error-diagnostic.ts';
export { strerror } from './strerror.ts';
export { strftime, strftimeNs } from './strftime.ts';
export type { NamedValues, StackValue, UserAddress, Value } from './value.ts';
