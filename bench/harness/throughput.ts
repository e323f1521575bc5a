import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lastGrowth } from './last-growth.ts';
import type { ScriptRun, Tool } from './tool.ts';
import { Tracing } from './tracing.ts';
import type { Workload, WorkloadTask } from './workload.ts';

export interface Throughput {
  /** Events that the workload made. */
  readonly made: number;
  readonly madePerSecond: number;
  /** Lines that arrived, over the time from the first event to the last line. */
  readonly keptPerSecond: number;
  /** CPU time of the tool for each line that arrived. */
  readonly cpuNsPerEvent: number;
  /** Events that did not arrive. */
  readonly lost: number;
  /** What the tool said was lost. */
  readonly told: number;
}

interface Surroundings {
  readonly workload: Workload;
  readonly task: WorkloadTask;
  readonly folder: string;
}

/** Without a new byte for so long, everything is there. */
const SILENCE_MS = 400;

/** A script that prints a line with the path of each open, from the workload to a file. One program; `$1` is the workload. */
export async function measureThroughput(
  tool: Tool,
  run: Omit<ScriptRun, 'parameters'>,
  { workload, task, folder }: Surroundings,
): Promise<Throughput> {
  const path = join(folder, 'output');
  const output = openSync(path, 'w');
  try {
    const command = tool.command({ ...run, parameters: [workload.pid] });
    const tracing = await Tracing.start(command, { programs: 1, output });
    const cpuBefore = tracing.cpuSeconds();
    const started = performance.now();
    const { seconds } = await workload.run(task);
    const ended = await lastGrowth(path, SILENCE_MS);
    const cpuSeconds = tracing.cpuSeconds() - cpuBefore;
    const errors = await tracing.stop();
    const text = readFileSync(path, 'latin1');
    const kept = text.split(folder).length - 1;
    return {
      made: task.iterations,
      madePerSecond: task.iterations / seconds,
      keptPerSecond: (kept * 1000) / (ended - started),
      cpuNsPerEvent: (cpuSeconds * 1e9) / kept,
      lost: task.iterations - kept,
      told: toldLost(
        errors +
          text
            .split('\n')
            .filter((line) => /lost/i.test(line))
            .join('\n'),
      ),
    };
  } finally {
    closeSync(output);
    rmSync(path);
  }
}

/** waggle: `N lost`; bpftrace: `Lost N events`, again and again, or `{"type": "lost_events", "data": {"events": N}}`. */
function toldLost(text: string): number {
  const counts = [...text.matchAll(/(\d+) lost|lost (\d+) events|"lost_events".*?"events": ?(\d+)/gi)];
  return counts.reduce((sum, [, ...groups]) => sum + Number(groups.find((group) => group !== undefined)), 0);
}
