/**
 * The bpftrace language compiled to eBPF: `compile` makes programs, maps and a schema of a script's text, as pure description.
 *
 * `@waggle/bpftrace/output` shows the records and maps that the programs leave.
 */
export {
  type Compilation,
  type Compile,
  type CompileOptions,
  type CompilePhase,
  compile,
  type Guard,
} from './compile.ts';
export { type Diagnostic, formatDiagnostic, nearest, type Severity } from './diagnostics/index.ts';
export type { KernelFacts, UserFunction } from './facts/kernel-facts.ts';
export { parseTracepointFormat } from './facts/tracepoint-format.ts';
export type { IrProgram } from './ir/index.ts';
export { printIr } from './ir/print.ts';
export * from './script/compiled-script.ts';
export { type Conversion, type FormatSegment, type FormatString, parseFormat } from './script/format-string.ts';
export * from './script/histogram-buckets.ts';
export { type Position, SourceText } from './source/source-text.ts';
export type { Span } from './source/span.ts';
export { parse, printScript } from './syntax/index.ts';
export { printType } from './typed/print-type.ts';
export * from './types/index.ts';
