import type { NodeStatus } from '@waggle/kube';
import type { TraceRun } from '../runs/trace-run.ts';

/** As the custom resource definition has it. */
const MAX_MESSAGE = 32_768;

/** What a node says of a run in the trace's status. */
export function nodeEntry(node: string, { id, state: run, ledger }: TraceRun): NodeStatus {
  const { state, message, probes, startedAtMs, endedAtMs } = run;
  return {
    name: node,
    state,
    ...(message !== '' && { message: message.slice(0, MAX_MESSAGE) }),
    run: id,
    probes,
    seen: ledger?.seen ?? 0,
    kept: ledger?.kept ?? 0,
    lost: ledger === undefined ? 0 : ledger.seen - ledger.kept,
    ...(startedAtMs !== undefined && { startedAt: rfc3339(startedAtMs) }),
    ...(endedAtMs !== undefined && { endedAt: rfc3339(endedAtMs) }),
  };
}

/** Whether two entries differ in more than numbers. */
export function isNews(before: NodeStatus | undefined, entry: NodeStatus): boolean {
  return before?.state !== entry.state || before.message !== entry.message || before.run !== entry.run;
}

/** Whether an entry says that a node is done. */
export function hasEnded({ state }: NodeStatus): boolean {
  return state !== 'Starting' && state !== 'Running';
}

export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
