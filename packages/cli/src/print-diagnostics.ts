import { type Diagnostic, formatDiagnostic, type SourceText } from '@waggle/bpftrace';
import { wantsColor } from './terminal/style.ts';

/**
 * Shows diagnostics on standard error, and gives the number of errors among them. `problems` say what this machine did not tell the compiler: where
 * there are errors, they may be the reason.
 */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: SourceText,
  problems: readonly Error[] = [],
): number {
  // Without this, a script without mistakes would set up standard error: milliseconds of a start.
  if (diagnostics.length === 0) return 0;
  const color = wantsColor(process.stderr);
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic, source, { color })}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) for (const problem of problems) process.stderr.write(`waggle: ${problem.message}\n`);
  return errors;
}
