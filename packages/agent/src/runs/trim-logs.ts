import type { RunLimits } from './run-limits.ts';
import type { TraceRun } from './trace-run.ts';

/** Logs of ended runs stay for as long as there is room for them; then those go that ended first. */
export function trimLogs(runs: readonly TraceRun[], { maxTotalLogBytes }: RunLimits): void {
  let total = runs.reduce((sum, { logBytes }) => sum + logBytes, 0);
  const ended = runs.filter((run) => !run.isActive).sort((a, b) => endOf(a) - endOf(b));
  for (const run of ended) {
    if (total <= maxTotalLogBytes) return;
    total -= run.logBytes;
    run.dropLog();
  }
}

function endOf({ state }: TraceRun): number {
  return state.endedAtMs ?? 0;
}
