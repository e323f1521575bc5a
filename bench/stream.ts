import { alternate } from './harness/alternate.ts';
import { type Bench, print } from './harness/bench.ts';
import { formatNumber, formatTable } from './harness/format-table.ts';
import { runProcess } from './harness/run-process.ts';
import { median } from './harness/statistics.ts';
import type { StreamCost, StreamTask } from './processes/stream.ts';

const STEPS: readonly (readonly [string, StreamTask['step']])[] = [
  ['node: ring buffer to frames', 'write'],
  ['the same, into the log that readers read', 'keep'],
  ['reader: frames to events, which are forgotten', 'read'],
  ['frames to a recording', 'record'],
  ['frames to a compressed recording', 'record.gz'],
  ['recording to events', 'replay'],
  ['compressed recording to events', 'replay.gz'],
];

/** How many nodes, and how many records come in a row of one of them. */
const MERGES = [1, 100].flatMap((turn) => [2, 10, 100].map((nodes) => ({ nodes, turn })));

/** (h) What a record costs on its way from a node's ring buffer to whoever reads: in one process, without a network. */
export async function stream(bench: Bench): Promise<void> {
  const records = bench.quick ? 20_000 : 200_000;
  const rounds = bench.quick ? 3 : 5;
  const given = { records, rounds, folder: bench.folder };
  const measure = (tasks: readonly StreamTask[]): Promise<StreamCost[][]> =>
    alternate(tasks, bench.rounds, (task) => runProcess<StreamTask, StreamCost>('stream', task));
  const steps = await measure(STEPS.map(([, step]) => ({ ...given, step })));
  const stepRows = STEPS.map(([name], index) => [name, ...cells(steps[index]!)]);
  print(formatTable(['waggle, a record', 'bytes', 'first time, ns', 'later, ns', 'records/s'], stepRows));
  const merges = await measure(MERGES.map((merge) => ({ ...given, ...merge, step: 'merge' })));
  const mergeRows = MERGES.map(({ nodes, turn }, index) => [
    `${nodes} nodes, ${turn === 1 ? 'record by record' : `${turn} records in a row`}`,
    ...cells(merges[index]!),
  ]);
  print('\n');
  print(formatTable(['merging, a record', 'bytes', 'first time, ns', 'later, ns', 'records/s'], mergeRows));
}

function cells(costs: readonly StreamCost[]): string[] {
  const first = median(costs.map(({ nsPerRecord }) => nsPerRecord[0]!));
  const later = median(costs.flatMap(({ nsPerRecord }) => nsPerRecord.slice(1)));
  return [costs[0]!.bytesPerRecord, first, later, 1e9 / later].map(formatNumber);
}
