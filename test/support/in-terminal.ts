import { spawn } from 'node:child_process';
import { PLAIN_ENV, WAGGLE } from './waggle-process.ts';

/**
 * Runs the built command in a pseudo-terminal of that many columns, by script(1) of util-linux.
 *
 * @returns what the terminal got, from standard output and standard error, with its `\r\n`.
 */
export function runInTerminal(args: readonly string[], columns: number, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const command = [process.execPath, WAGGLE, ...args].map(quote).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 24; exec ${command}`, '/dev/null'], {
    env: { ...PLAIN_ENV, SHELL: '/bin/sh', ...env },
    // script(1) ends when its own standard input does.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
