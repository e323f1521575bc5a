import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A tracing command that understands the bpftrace language. */
export interface Tool {
  readonly name: string;
  /** The words of a command that runs a script on the whole host until it ends by itself or is interrupted. */
  command(run: ScriptRun): string[];
  /** The words of a command that only compiles a script file. */
  compileCommand(path: string): string[];
}

export interface ScriptRun {
  readonly script: string;
  /** `$1`, `$2`, … */
  readonly parameters?: readonly (string | number)[];
  readonly json?: boolean;
}

/** The built command of this checkout. */
export function waggleTool(): Tool {
  const words = [process.execPath, fileURLToPath(new URL('../../packages/cli/bin/waggle.cjs', import.meta.url))];
  return {
    name: 'waggle',
    command: ({ script, parameters = [], json = false }) => [
      ...words,
      'run',
      ...(json ? ['-o', 'jsonl'] : []),
      '-e',
      script,
      ...parameters.map(String),
    ],
    compileCommand: (path) => [...words, 'check', path],
  };
}

/**
 * bpftrace, by a command that may have several words (`chroot DIR bpftrace`).
 *
 * @returns undefined where it does not start.
 */
export function peerTool(command: string): Tool | undefined {
  const words = command.split(' ').filter((word) => word !== '');
  const asked = spawnSync(words[0]!, [...words.slice(1), '--version'], { encoding: 'utf8' });
  if (asked.status !== 0) return undefined;
  return {
    name: asked.stdout.trim().replace(/\bv(?=\d)/, ''),
    command: ({ script, parameters = [], json = false }) => [
      ...words,
      ...(json ? ['-f', 'json'] : []),
      '-e',
      script,
      ...parameters.map(String),
    ],
    // It reads scripts from standard input too, which works from inside of a chroot as well.
    compileCommand: (path) => ['/bin/sh', '-c', `exec "$@" --mode codegen - <"$0"`, path, ...words],
  };
}
