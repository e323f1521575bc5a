import { type MergeSource, STILL_RUNNING } from '@waggle/trace/stream';
import type { AgentDialer } from './agent-dialer.ts';
import type { Agent } from './agents.ts';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 10_000;
/** A connection that lasted so long was a good one: the next pause is a short one again. */
const GOOD_MS = 10_000;

/** What a feed needs to know of the world. */
export interface FeedContext {
  readonly dialer: Pick<AgentDialer, 'open'>;
  readonly signal: AbortSignal;
  agentOf(node: string): Agent | undefined;
  /** The path of the log at any agent. */
  readonly path: string;
  readonly follow: boolean;
  /** Why the trace is over, where it is: who does not answer then is not waited for. */
  over(): string | undefined;
  random?(): number;
}

/** Brings one node's stream to the merger: calls its agent, and calls again when the connection breaks or the agent is replaced. */
export class NodeFeed {
  readonly #node: string;
  readonly #source: MergeSource;
  readonly #context: FeedContext;
  #wake: (() => void) | undefined;
  #wasWoken = false;
  #failures = 0;

  constructor(node: string, source: MergeSource, context: FeedContext) {
    this.#node = node;
    this.#source = source;
    this.#context = context;
  }

  /** Something has changed: try now instead of later. */
  wake(): void {
    this.#wasWoken = true;
    this.#wake?.();
  }

  /** Resolves once nothing more will come from the node, or the signal has fired. */
  async run(): Promise<void> {
    const { signal } = this.#context;
    while (!signal.aborted) {
      this.#wasWoken = false;
      const trouble = await this.#attempt();
      if (trouble === undefined) return;
      if (signal.aborted) break;
      const over = this.#context.follow ? this.#context.over() : trouble;
      if (over !== undefined) {
        this.#source.fail(over === trouble ? trouble : `${over}: ${trouble}`);
        return;
      }
      this.#source.waiting(trouble);
      await this.#pause();
    }
    this.#source.fail((signal.reason as Error).message);
  }

  /** One connection from its beginning to its end; gives why there will have to be another. */
  async #attempt(): Promise<string | undefined> {
    const { dialer, signal } = this.#context;
    const agent = this.#context.agentOf(this.#node);
    if (agent === undefined) return 'no agent runs on this node';
    if (agent.address === undefined) return `the agent (pod ${agent.pod}) has no address yet${because(agent)}`;
    const start = performance.now();
    try {
      const chunks = await dialer.open({ address: agent.address, path: this.#path(), signal });
      if ((await this.#source.read(chunks)) === 'ended') return undefined;
      this.#count(start);
      return this.#context.follow ? `the agent (pod ${agent.pod}) closed the stream` : STILL_RUNNING;
    } catch (error) {
      this.#count(start);
      return `${(error as Error).message}${because(agent)}`;
    }
  }

  #path(): string {
    const { path, follow } = this.#context;
    const { resume } = this.#source;
    const query = new URLSearchParams({ follow: String(follow) });
    if (resume !== undefined) {
      query.set('run', resume.run);
      query.set('from', String(resume.from));
    }
    return `${path}?${query}`;
  }

  #count(start: number): void {
    this.#failures = performance.now() - start > GOOD_MS ? 1 : this.#failures + 1;
  }

  /** Doubles with each failure, each shortened by a random part: agents that were lost together are not called together. */
  #pause(): Promise<void> {
    if (this.#wasWoken) return Promise.resolve();
    const { signal, random = Math.random } = this.#context;
    const wholeMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(Math.max(0, this.#failures - 1), 16));
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, wholeMs * (1 - random() / 2));
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}

function because({ trouble }: Agent): string {
  return trouble === undefined ? '' : ` (${trouble})`;
}
