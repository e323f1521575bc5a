import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { waitUntil } from './wait-until.ts';

/** The command as `npm run build` makes it. */
export const WAGGLE = fileURLToPath(new URL('../../packages/cli/bin/waggle.cjs', import.meta.url));

/** What a command did, as its caller sees it. */
export interface Outcome {
  /** 128 and the signal's number where a signal ended it, as a shell tells it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WaggleOptions {
  /** Added to a small environment that is the same everywhere. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The path by which it is called: another name of it. */
  readonly path?: string;
  /** Words in front: a command that starts ours. */
  readonly wrapper?: readonly string[];
  /** The whole standard input. Absent: it stays open until `write` or `end`. */
  readonly input?: string;
}

/** No locale files, no colours by accident. */
export const PLAIN_ENV: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: '/root',
  LC_ALL: 'C',
  TZ: 'UTC',
  TERM: 'xterm',
};

/** The built command as a process that a test talks to. */
export class WaggleProcess {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Outcome>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], { env, cwd, path = WAGGLE, wrapper = [], input }: WaggleOptions = {}) {
    const [program, ...words] = [...wrapper, process.execPath, path, ...args];
    this.#child = spawn(program!, words, { env: { ...PLAIN_ENV, ...env }, ...(cwd !== undefined && { cwd }) });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#child.stdin!.on('error', () => {}); // It may have ended meanwhile.
    if (input !== undefined) this.#child.stdin!.end(input);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        const { stdout, stderr } = this;
        resolve({ code: signal === null ? code! : 128 + constants.signals[signal], stdout, stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  write(text: string): void {
    this.#child.stdin!.write(text);
  }

  /** Nobody reads its standard output any more. */
  closeOutput(): void {
    this.#child.stdout!.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it with Ctrl-C's signal. */
  interrupt(): Promise<Outcome> {
    this.signal('SIGINT');
    return this.ended;
  }

  /** Waits for words on standard output. */
  shows(text: string): Promise<void> {
    return this.#waitFor(`standard output has ${text}`, () => this.stdout.includes(text));
  }

  /** Waits for words on standard error. */
  says(text: string): Promise<void> {
    return this.#waitFor(`standard error has ${text}`, () => this.stderr.includes(text));
  }

  /** Waits until all probes are attached; needs `--verbose`. */
  attached(): Promise<void> {
    return this.#waitFor('it is attached', () => / attached to \d+ probes?\n/.test(this.stderr));
  }

  /** The same of a trace in a cluster, on these nodes. */
  async attachedOn(...nodes: readonly string[]): Promise<void> {
    for (const node of nodes)
      await this.#waitFor(`it is attached on ${node}`, () => new RegExp(`${node}: .* attached to`).test(this.stderr));
  }

  async #waitFor(what: string, isSo: () => boolean): Promise<void> {
    await waitUntil(what, () => isSo() || !this.isRunning());
    if (!isSo()) throw new Error(`it ended before ${what}: ${this.stdout}\n${this.stderr}`);
  }

  isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && existsSync(`/proc/${this.pid}`);
  }
}

/** Runs the built command to its end. */
export function runWaggle(args: readonly string[], options: WaggleOptions = {}): Promise<Outcome> {
  return new WaggleProcess(args, { input: '', ...options }).ended;
}
