import { execFile } from 'node:child_process';
import { ClusterError } from './cluster-error.ts';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The whole standard input. */
  readonly input?: string;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** What programs that we start see of the environment: no proxies, no foreign configuration, no locale. */
export const PLAIN_ENV: NodeJS.ProcessEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C',
};

/** Runs a program to its end; resolves with its standard output. @throws ClusterError with its last words. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input, env = PLAIN_ENV, cwd, signal } = options;
  return new Promise((resolve, reject) => {
    const settings = {
      env,
      maxBuffer: 2 ** 28,
      encoding: 'utf8' as const,
      ...(cwd !== undefined && { cwd }),
      ...(signal && { signal }),
    };
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (signal?.aborted) return reject(signal.reason);
      const words = stderr.trim().split('\n').slice(-12).join('\n') || error.message;
      reject(new ClusterError(`${[program, ...args].join(' ')} failed: ${words}`));
    });
    child.stdin!.on('error', () => {}); // It may end without reading.
    child.stdin!.end(input);
  });
}
