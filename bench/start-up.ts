import { alternate } from './harness/alternate.ts';
import { type Bench, print, toolsOf } from './harness/bench.ts';
import { formatNumber, formatRatio, formatTable } from './harness/format-table.ts';
import { measureCommand } from './harness/measure-command.ts';
import { median } from './harness/statistics.ts';
import type { CommandCost } from './processes/measure-command.ts';

/** Scripts that end by themselves as soon as they are attached. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'BEGIN { exit() }': 'BEGIN { exit() }',
  'two tracepoints and a hist': `
    tracepoint:syscalls:sys_enter_read /pid == $1/ { @start[tid] = nsecs; }
    tracepoint:syscalls:sys_exit_read /@start[tid]/ { @ns = hist(nsecs - @start[tid]); delete(@start, tid); }
    interval:ms:1 { exit() }`,
};

/** (a) Wall time and peak memory of the whole process, from nothing to attached to gone. */
export async function startUp(bench: Bench): Promise<void> {
  const tools = toolsOf(bench);
  const times: string[][] = [];
  const peaks: string[][] = [];
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const commands = tools.map((tool) => tool.command({ script, parameters: [process.pid] }));
    const costs = await alternate(commands, 2 * bench.rounds, measureCommand);
    times.push(row(name, costs.map(wallOf)));
    peaks.push(row(name, costs.map(peakOf)));
  }
  const bare = Array.from({ length: 2 * bench.rounds }, () => measureCommand([process.execPath, '-e', '0']));
  times.push(['bare node -e 0', formatNumber(wallOf(bare)), '', '']);
  peaks.push(['bare node -e 0', `≤ ${formatNumber(peakOf(bare))}`, '', '']);
  const header = (unit: string) => [unit, 'waggle', bench.peer?.name ?? 'peer', 'ratio'];
  print(formatTable(header('wall time, ms'), times));
  print('\n');
  print(formatTable(header('peak memory, MiB'), peaks));
}

const wallOf = (costs: readonly CommandCost[]): number => median(costs.map(({ wallMs }) => wallMs));
const peakOf = (costs: readonly CommandCost[]): number => median(costs.map(({ peakMiB }) => peakMiB));

function row(name: string, [ours, theirs]: readonly number[]): string[] {
  return [`\`${name}\``, formatNumber(ours), formatNumber(theirs), formatRatio(ours!, theirs)];
}
