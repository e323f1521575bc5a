import { type SourceStatus, STILL_RUNNING } from '@waggle/trace/stream';
import { count } from '../../commands/run/ledger-text.ts';

/** A node that does not answer is worth a word after that time. */
const SILENCE_MS = 2000;

/** Tells the user how the nodes are, where there is something to tell: failures at once, silence once it lasts, and its end. */
export class NodeReports implements Disposable {
  readonly #say: (text: string) => void;
  readonly #verbose: boolean;
  readonly #silences = new Map<string, NodeJS.Timeout>();
  readonly #told = new Map<string, SourceStatus['state']>();
  /** The last one of each node that streamed. */
  readonly #runs = new Map<string, string>();

  constructor(say: (text: string) => void, verbose: boolean) {
    this.#say = say;
    this.#verbose = verbose;
  }

  /** A node's state has changed. */
  report(status: SourceStatus): void {
    const { name, state, message, run, probes, programs } = status;
    if (name === '') return;
    clearTimeout(this.#silences.get(name));
    this.#silences.delete(name);
    switch (state) {
      case 'waiting':
      case 'lagging':
        this.#silences.set(name, setTimeout(() => this.#tellSilence(status), SILENCE_MS).unref());
        break;
      case 'failed':
        if (!isStillRunning(status)) this.#tell(status, `failed: ${message}`);
        break;
      case 'ended':
        if (message !== '') this.#say(`${name}: ended: ${message}`);
        break;
      case 'streaming':
        if (this.#isAnotherRun(status)) this.#tell(status, 'started anew: what happened there in between was not seen');
        else if (this.#told.has(name)) this.#tell(status, 'answers again');
        if (this.#runs.get(name) === run) break;
        this.#runs.set(name, run);
        if (!this.#verbose) break;
        this.#say(`${name}: ${count(programs, 'program')} attached to ${count(probes, 'probe')}`);
        break;
      case 'starting':
    }
  }

  #isAnotherRun({ name, run }: SourceStatus): boolean {
    const last = this.#runs.get(name);
    return last !== undefined && last !== run;
  }

  #tellSilence(status: SourceStatus): void {
    const what = status.state === 'waiting' ? 'does not answer' : 'lags behind';
    this.#tell(status, status.message === '' ? what : `${what}: ${status.message}`);
  }

  #tell({ name, state }: SourceStatus, text: string): void {
    if (this.#told.get(name) === state) return;
    if (state === 'streaming')
      this.#told.delete(name); // Whatever comes next is news again.
    else this.#told.set(name, state);
    this.#say(`${name}: ${text}`);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#silences.values()) clearTimeout(timer);
  }
}

/** A log that is not followed has nothing else to call it. */
export function isStillRunning({ state, message }: SourceStatus): boolean {
  return state === 'failed' && message === STILL_RUNNING;
}
