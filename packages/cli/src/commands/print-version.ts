import { release } from 'node:os';
import { jsonText } from '../sinks/json-text.ts';
import { printText } from '../terminal/print-text.ts';
import { version } from '../version.ts';

/** `waggle version`. */
export async function printVersion({ output = 'columns' }: { output?: 'columns' | 'json' | 'yaml' }): Promise<number> {
  const facts = { version, kernel: release(), architecture: process.arch, node: process.versions.node };
  if (output === 'json') printText(`${jsonText(facts, 2)}\n`);
  else if (output === 'yaml') printText((await import('yaml')).stringify(facts));
  else printText(`waggle ${version}, Node.js ${facts.node}, Linux ${facts.kernel} ${facts.architecture}\n`);
  return 0;
}
