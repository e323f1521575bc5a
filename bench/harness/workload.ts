import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onlineCpus } from '@waggle/bpf';

/** So many times: open one of 16 files, read 64 of its bytes, close it, ask for its size. */
export interface WorkloadTask {
  readonly iterations: number;
  /** Only open and close: more opens a second. */
  readonly opensOnly?: boolean;
  /** Evenly spread; absent: as fast as it goes. */
  readonly perSecond?: number;
}

export interface WorkloadResult {
  readonly seconds: number;
}

/**
 * A process that makes the same system calls every time it is told to. Where there are several CPUs and taskset(1), it stays on the last
 * of them.
 */
export class Workload {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  /** Rejects when it ends. */
  readonly #death: Promise<never>;

  /** @param folder where its files are. */
  static async start(folder: string): Promise<Workload> {
    const program = fileURLToPath(new URL('./workload.mjs', import.meta.url));
    const [file, ...words] = [...pinned(), process.execPath, program, folder];
    const child = spawn(file!, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const workload = new Workload(child);
    await workload.#line();
    return workload;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! });
    this.#death = once(child, 'exit').then(() => {
      throw new Error('the workload has ended');
    });
    this.#death.catch(() => {}); // It may end while nothing is asked of it.
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async run(task: WorkloadTask): Promise<WorkloadResult> {
    const done = this.#line();
    this.#child.stdin!.write(`${JSON.stringify(task)}\n`);
    return JSON.parse(await done) as WorkloadResult;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await ended;
  }

  async #line(): Promise<string> {
    const [line] = await Promise.race([once(this.#lines, 'line') as Promise<[string]>, this.#death]);
    return line;
  }
}

function pinned(): string[] {
  const all = onlineCpus();
  if (all.length < 2 || spawnSync('taskset', ['--version']).status !== 0) return [];
  return ['taskset', '-c', String(all.at(-1))];
}
