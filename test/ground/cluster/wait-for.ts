import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './cluster-error.ts';

const POLL_MS = 50;

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** Asked at each turn: why waiting longer is in vain. */
  readonly failure?: () => string | undefined;
  /** Ends it, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Polls until `attempt` gives something other than `undefined` and `false`, and resolves with that. What it throws counts as "not yet", and is told at
 * the end. @throws ClusterError
 */
export async function waitFor<T>(
  what: string,
  attempt: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 120_000, failure, signal }: WaitOptions = {},
): Promise<T> {
  let last = '';
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(POLL_MS)) {
    signal?.throwIfAborted();
    try {
      const result = await attempt();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    const reason = failure?.();
    if (reason !== undefined) throw new ClusterError(`waited in vain for ${what}: ${reason}`);
  }
  throw new ClusterError(`waited in vain for ${what} (${timeoutMs / 1000} s)${last}`);
}
