import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TraceEnd } from '../sink.ts';
import { bundleProgram } from './bundle-program.ts';

/** What `trace-program.ts` says at its end. */
export interface TraceReport {
  readonly events: number;
  readonly end: TraceEnd;
}

/** A process that traces a command: for tests that stop or kill the tracer. */
export class TraceProcess {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param task see `trace-program.ts`. */
  constructor(task: { readonly script: string; readonly argv: readonly string[]; readonly ringBytes?: number }) {
    this.#folder = mkdtempSync(join(tmpdir(), 'waggle-trace-'));
    const program = bundleProgram(new URL('./trace-program.ts', import.meta.url), this.#folder);
    this.#child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves once it is attached and the command runs. */
  attached(): Promise<{ readonly path: string; readonly pid: number }> {
    return this.#next();
  }

  report(): Promise<TraceReport> {
    return this.#next();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The ids of the BPF objects that it has open, as the kernel tells in `/proc/PID/fdinfo`. */
  objectIds(kind: 'prog_id' | 'map_id' | 'link_id'): ReadonlySet<number> {
    const folder = `/proc/${this.pid}/fdinfo`;
    const ids = readdirSync(folder).map(
      (fd) => new RegExp(`^${kind}:\\s*(\\d+)$`, 'm').exec(readInfo(`${folder}/${fd}`))?.[1],
    );
    return new Set(ids.filter((id) => id !== undefined).map(Number));
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await new Promise((resolve) => this.#child.once('exit', resolve));
    }
    rmSync(this.#folder, { recursive: true });
  }

  async #next<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the tracing process ended without a word');
    return JSON.parse(value) as T;
  }
}

function readInfo(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // Closed meanwhile.
  }
}
