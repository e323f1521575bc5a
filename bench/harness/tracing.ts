import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf } from './cpu-seconds.ts';
import { type ProgramStatistics, programIdsOf, readProgramStatistics, sumStatistics } from './program-statistics.ts';

const ATTACH_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 60_000;

export interface TracingOptions {
  /** How many programs the script has; each must run at opens, reads or stats. */
  readonly programs: number;
  /** Descriptor for standard output; absent: nowhere. */
  readonly output?: number;
}

/**
 * A tracing command at work. Kernel statistics must be on: that all of its programs have run at least once is how we know, of any tool,
 * that it is attached.
 */
export class Tracing {
  readonly #child: ChildProcess;
  readonly #what: string;
  #programIds: readonly number[] = [];
  #errors = '';

  /** @throws Error with what the command said, where it does not attach. */
  static async start(command: readonly string[], { programs, output }: TracingOptions): Promise<Tracing> {
    const [file, ...words] = command;
    const child = spawn(file!, words, { stdio: ['ignore', output ?? 'ignore', 'pipe'] });
    const tracing = new Tracing(child, command.join(' '));
    try {
      await tracing.#attached(programs);
      return tracing;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  private constructor(child: ChildProcess, what: string) {
    this.#child = child;
    this.#what = what;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
  }

  /** All programs together. */
  statistics(): ProgramStatistics {
    return sumStatistics(this.#programIds);
  }

  /** CPU time of the command until now, with all of its threads. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid!);
  }

  /** Ctrl-C; resolves once it has ended, with what it wrote to standard error. */
  async stop(): Promise<string> {
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS);
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'close');
      this.#child.kill('SIGINT');
      await ended;
    }
    clearTimeout(deadline);
    return this.#errors;
  }

  async #attached(programs: number): Promise<void> {
    const deadline = performance.now() + ATTACH_DEADLINE_MS;
    while (performance.now() < deadline && this.#child.exitCode === null) {
      touch();
      const ids = programIdsOf(this.#child.pid!);
      if (ids.length >= programs && ids.every((id) => readProgramStatistics(id).runs > 0)) {
        this.#programIds = ids;
        return;
      }
      await sleep(10);
    }
    throw new Error(`did not attach: ${this.#what}\n${this.#errors}`);
  }
}

/** One of each system call that benchmarks trace. */
function touch(): void {
  const fd = openSync('/etc/passwd', 'r');
  readSync(fd, Buffer.alloc(16));
  closeSync(fd);
  statSync('/etc/passwd');
}
