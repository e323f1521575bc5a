import { MachineFacts, probeArguments, listProbes as probesOfMachine } from '@waggle/trace';
import { matchesGlob } from '../glob.ts';
import { standardPage } from '../sinks/open-page.ts';
import { suggestion } from '../suggestion.ts';

/**
 * `waggle list probes [pattern]`: a name a line; with `verbose`, arguments below it. A pattern without wildcards that is no whole name lists the
 * names that contain it. Exit code 1 where nothing is listed.
 */
export async function listProbes({ pattern = '*', verbose }: { pattern?: string; verbose?: boolean }): Promise<number> {
  const facts = new MachineFacts();
  const all = [...probesOfMachine(facts)];
  const exact = all.filter((name) => matchesGlob(name, pattern));
  const names = exact.length > 0 ? exact : all.filter((name) => matchesGlob(name, `*${pattern}*`));
  for (const problem of facts.problems) process.stderr.write(`waggle: ${problem.message}\n`);
  if (names.length === 0) {
    process.stderr.write(`waggle: no probe matches "${pattern}"${suggestion(pattern, all)}\n`);
    return 1;
  }
  const { output } = standardPage();
  for (const name of names) {
    output.write(`${name}\n`);
    if (verbose) for (const line of probeArguments(facts, name)) output.write(`    ${line}\n`);
    if (output.closed) break;
  }
  output.flush();
  return 0;
}
