import { prepareTrace } from '@waggle/trace';
import { printDiagnostics } from '../print-diagnostics.ts';
import { type ProgramOptions, programSource } from './run/program-source.ts';

export interface CheckOptions extends ProgramOptions {
  readonly unsafe?: boolean;
}

/** `waggle check`: diagnostics on standard error; exit code 1 where there are errors. */
export async function check(options: CheckOptions): Promise<number> {
  const { source, parameters } = programSource(options);
  const { diagnostics, problems } = prepareTrace({
    source,
    options: { positionalParams: parameters, ...(options.unsafe && { unsafe: true }) },
  });
  const errors = printDiagnostics(diagnostics, source, problems);
  if (errors === 0) return 0;
  process.stderr.write(`${errors} error${errors === 1 ? '' : 's'}\n`);
  return 1;
}
