export type { Diagnostic, Severity } from './diagnostic.ts';
export { formatDiagnostic } from './format-diagnostic.ts';
export { nearest } from './suggest.ts';
