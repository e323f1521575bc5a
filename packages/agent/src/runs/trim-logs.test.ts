import { expect, it } from 'vitest';
import type { RunLimits } from './run-limits.ts';
import type { TraceRun } from './trace-run.ts';
import { trimLogs } from './trim-logs.ts';

const LIMITS = { maxTotalLogBytes: 100 } as RunLimits;

/** As much of a run as counts here. */
function run(logBytes: number, endedAtMs?: number) {
  return {
    logBytes,
    isActive: endedAtMs === undefined,
    state: { endedAtMs },
    dropLog() {
      this.logBytes = 0;
    },
  };
}

it.each<[string, [number, number?][], number[]]>([
  ['room for all', [[50], [50, 1]], [50, 50]],
  [
    'no room for the one that ended first',
    [
      [50, 2],
      [50, 1],
      [10, 3],
    ],
    [50, 0, 10],
  ],
  ['no room for those that have ended', [[90], [50, 2], [50, 1]], [90, 0, 0]],
  ['what runs stays', [[90], [90]], [90, 90]],
])('%s', (_name, runs, left) => {
  const all = runs.map(([bytes, endedAtMs]) => run(bytes, endedAtMs));
  trimLogs(all as unknown as TraceRun[], LIMITS);
  expect(all.map(({ logBytes }) => logBytes)).toEqual(left);
});
