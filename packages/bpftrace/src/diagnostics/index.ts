export { type Diagnostic, Diagnostics, type Severity } from './diagnostic.ts';
export { type FormatOptions, formatDiagnostic } from './format-diagnostic.ts';
export { nearest } from './suggest.ts';
