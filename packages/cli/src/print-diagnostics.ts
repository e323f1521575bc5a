import { type Diagnostic, formatDiagnostic, type SourceText } from '@waggle/bpftrace';
import { wantsColor } from './terminal/style.ts';

/** Shows diagnostics on standard error, and gives the number of errors among them. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], source: SourceText): number {
  const color = wantsColor(process.stderr);
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic, source, { color })}\n`);
  return diagnostics.filter(({ severity }) => severity === 'error').length;
}
