import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { PLAIN_ENV, WAGGLE } from './support/waggle-process.ts';

expectNothingLeft();
const CATALOGUE = fileURLToPath(new URL('../packages/gadgets/catalogue', import.meta.url));
const bin = `${temporaryFolder()}/bin`;
mkdirSync(bin);
symlinkSync(WAGGLE, `${bin}/waggle`);
/** What the example of biolatency writes. */
afterAll(() => rmSync('/var/tmp/waggle-example', { force: true }));

interface Example {
  readonly command: string;
  /** The head of a table, or the title of a histogram. */
  readonly header: string;
}

/** The fenced blocks marked `console` that begin with `$ waggle …`. */
function examplesOf(readme: string): Example[] {
  return [...readme.matchAll(/^```console\n\$ (waggle .+)\n([\s\S]*?)^```$/gm)].map(([, command, output]) => {
    const header = output!.split('\n').find((line) => /^[A-Z]+(?: +[A-Z]+)+$|^[A-Z].*\(\w+\):$/.test(line));
    if (header === undefined) throw new Error(`no header below ${command}`);
    return { command: command!, header };
  });
}

/** Runs a line of a shell; gives its standard output. */
function runLine(line: string): Promise<string> {
  const child = spawn('bash', ['-c', line], {
    env: { ...PLAIN_ENV, PATH: `${bin}${delimiter}${PLAIN_ENV.PATH}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  return new Promise((resolve) => child.once('close', () => resolve(stdout)));
}

/** Columns are as wide as what is in them. */
function words(line: string): string {
  return line.replace(/ +/g, ' ').trim();
}

describe.each(readdirSync(CATALOGUE))('the README of %s', (gadget) => {
  const readme = readFileSync(`${CATALOGUE}/${gadget}/README.md`, 'utf8');
  const examples = examplesOf(readme);

  it('has an example, and documents what the gadget shows', async () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(readme.split('\n')[0]).toBe(`# ${gadget}`);
    const doc = readFileSync(`${CATALOGUE}/${gadget}/${gadget}.bt`, 'utf8');
    for (const [, name] of doc.matchAll(/@(?:column|key|histogram) (\S+)/g))
      expect(readme).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
  });

  it.each(examples)('$command', async ({ command, header }) => {
    const lines = (await runLine(command)).split('\n').map(words);
    const at = lines.indexOf(words(header));
    expect(at).toBeGreaterThanOrEqual(0);
    // Something stands below it.
    expect(lines[at + 1]).not.toBe('');
  });
});
