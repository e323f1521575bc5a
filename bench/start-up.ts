import { alternate } from './harness/alternate.ts';
import { type Bench, print, toolsOf } from './harness/bench.ts';
import { formatNumber, formatRatio, formatTable } from './harness/format-table.ts';
import { measureCommand } from './harness/measure-command.ts';
import { median } from './harness/statistics.ts';
import type { CommandCost } from './processes/measure-command.ts';

/** Scripts that end by themselves as soon as they are attached. `$1` is a process that is none of theirs to see. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '`BEGIN { exit() }`': 'BEGIN { exit() }',
  'a line of output': 'BEGIN { printf("attached\\n"); exit() }',
  'two tracepoints, a histogram, a timer': `
tracepoint:syscalls:sys_enter_read /pid == $1/ { @start[tid] = nsecs; }
tracepoint:syscalls:sys_exit_read /@start[tid]/ { @ns = hist(nsecs - @start[tid]); delete(@start, tid); }
interval:ms:1 { printf("attached\\n"); exit() }`,
};

/** A figure of a command, and how it is called. */
type Figure = readonly [title: string, of: (cost: CommandCost) => number | undefined];

const FIGURES: readonly Figure[] = [
  ['start to end, ms', ({ wallMs }) => wallMs],
  ['start to first output, ms', ({ attachedMs }) => attachedMs],
  ['CPU time, ms', ({ cpuMs }) => cpuMs],
  ['peak memory, MiB', ({ peakMiB }) => peakMiB],
];

/** (a) Time and peak memory of the whole process: from nothing to attached to gone. */
export async function startUp(bench: Bench): Promise<void> {
  const tools = toolsOf(bench);
  const costs = new Map<string, CommandCost[][]>();
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const commands = tools.map((tool) => tool.command({ script, parameters: [process.pid] }));
    costs.set(name, await alternate(commands, 2 * bench.rounds, measureCommand));
  }
  const bare = Array.from({ length: 2 * bench.rounds }, () => measureCommand([process.execPath, '-e', '0']));
  costs.set('(Node.js alone: `node -e 0`)', [bare]);
  for (const [title, of] of FIGURES) {
    const rows = [...costs].map(([name, lists]) => row(name, lists, of)).filter((cells) => cells[1] !== '-');
    print(`${formatTable([title, 'waggle', bench.peer?.name ?? 'peer', 'ratio'], rows)}\n`);
  }
  print(`Memory below ${formatNumber(median(bare.map(({ floorMiB }) => floorMiB)))} MiB shows as that much.\n`);
}

function row(name: string, lists: readonly (readonly CommandCost[])[], of: Figure[1]): string[] {
  const [ours, theirs] = lists.map((list) => median(list.flatMap((cost) => of(cost) ?? [])));
  return [name, formatNumber(ours), formatNumber(theirs), formatRatio(ours!, theirs)];
}
