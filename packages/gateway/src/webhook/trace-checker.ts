import { Worker } from 'node:worker_threads';
import type { TraceKind } from '@waggle/kube';
import type { CheckAnswer, CheckRequest } from './check-thread.ts';
import type { TraceCheck } from './check-trace.ts';

export interface TraceCheckerOptions {
  /** The program whose `serveChecks` the thread runs. */
  readonly program: string | URL;
  /** Of one check. Less than the API server waits for a webhook. */
  readonly timeLimitMs?: number;
  readonly onProblem?: (message: string) => void;
}

const TIME_LIMIT_MS = 3_000;
const MEMORY_LIMIT_MB = 256;
/** Checks that wait for their turn; more would not get it before the API server has given up. */
const MAX_WAITING = 32;

interface Job {
  readonly request: CheckRequest;
  readonly resolve: (check: TraceCheck) => void;
}

/**
 * Checks specs of traces in a thread of their own, one at a time, with limits: a script that takes the compiler long must not hold up the streams.
 * What cannot be checked is accepted, with a warning; the agents say what they think of it.
 */
export class TraceChecker implements Disposable {
  readonly #options: TraceCheckerOptions;
  readonly #timeLimitMs: number;
  readonly #waiting: Job[] = [];
  #worker: Worker | undefined;
  #current: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(options: TraceCheckerOptions) {
    this.#options = options;
    this.#timeLimitMs = options.timeLimitMs ?? TIME_LIMIT_MS;
    this.#worker = this.#start();
  }

  /** Never rejects. */
  check(spec: unknown, kind: TraceKind): Promise<TraceCheck> {
    if (this.#waiting.length >= MAX_WAITING || this.#isClosed) return Promise.resolve(unchecked('there are too many'));
    return new Promise((resolve) => {
      this.#waiting.push({ request: { id: ++this.#lastId, spec, kind }, resolve });
      this.#next();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#drop('the gateway is shutting down');
    for (const { resolve } of this.#waiting.splice(0)) resolve(unchecked('the gateway is shutting down'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return;
    this.#worker ??= this.#start();
    this.#timer = setTimeout(() => this.#drop(`it takes longer than ${this.#timeLimitMs / 1000} s`), this.#timeLimitMs);
    this.#worker.postMessage(this.#current.request);
  }

  #start(): Worker {
    const worker = new Worker(this.#options.program, {
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    });
    worker.unref();
    worker.on('message', (answer: CheckAnswer) => this.#take(answer));
    worker.on('error', (error) => {
      if (worker === this.#worker) this.#drop(error.message);
    });
    return worker;
  }

  #take({ id, check, defect }: CheckAnswer): void {
    if (id !== this.#current?.request.id) return;
    if (check === undefined) this.#options.onProblem?.(`a check came to grief: ${defect}`);
    this.#finish(check ?? unchecked(defect ?? 'no answer'));
  }

  /** Gives the thread up with what it does; the next check gets a new one. */
  #drop(why: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    if (this.#current === undefined) return;
    this.#options.onProblem?.(`a check was given up: ${why}`);
    this.#finish(unchecked(why));
  }

  #finish(check: TraceCheck): void {
    clearTimeout(this.#timer);
    const job = this.#current;
    this.#current = undefined;
    job?.resolve(check);
    if (!this.#isClosed) this.#next();
  }
}

function unchecked(why: string): TraceCheck {
  return { problems: [], warnings: [`the program was not checked: ${why}`] };
}
