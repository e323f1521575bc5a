import { enableStats } from '@waggle/bpf';
import { Identities } from '@waggle/identity';
import { WorkloadCgroup } from '@waggle/trace';
import { alternate } from './harness/alternate.ts';
import { type Bench, print, toolsOf } from './harness/bench.ts';
import { measureEmptyProgram } from './harness/empty-program.ts';
import { formatNumber, formatRatio, formatTable } from './harness/format-table.ts';
import { type BenchScript, SCRIPTS } from './harness/scripts.ts';
import { geometricMean, median } from './harness/statistics.ts';
import type { Tool } from './harness/tool.ts';
import { Tracing } from './harness/tracing.ts';
import { Workload } from './harness/workload.ts';

/** (c) What a script costs the traced process, by the kernel's own count (`BPF_ENABLE_STATS`). */
export async function kernelTime(bench: Bench): Promise<void> {
  using _statistics = enableStats();
  const workload = await Workload.start(bench.folder);
  try {
    const iterations = bench.quick ? 5_000 : 50_000;
    const empty = await measureEmptyProgram(() => workload.run({ iterations }));
    print(`An empty program counts as ${formatNumber(empty)} ns a run: that much of each figure is the counting.\n\n`);
    await compareScripts(bench, workload, iterations);
    await measureGuards(bench, workload, iterations);
  } finally {
    await workload.close();
  }
}

async function compareScripts(bench: Bench, workload: Workload, iterations: number): Promise<void> {
  const rows: string[][] = [];
  const ratios: number[] = [];
  let strangers = 0;
  for (const script of SCRIPTS) {
    const costs = await alternate(toolsOf(bench), bench.rounds, (tool) => measure(tool, script, workload, iterations));
    strangers = Math.max(strangers, ...costs.flat().map((cost) => cost.strangers));
    const [ours, theirs] = costs.map((list) => median(list.map((cost) => cost.perEventNs)));
    if (theirs !== undefined) ratios.push(ours! / theirs);
    rows.push([script.name, ...[0, 1].map((index) => spreadText(costs[index])), formatRatio(ours!, theirs)]);
  }
  if (ratios.length > 0) rows.push(['geometric mean', '', '', geometricMean(ratios).toFixed(2)]);
  print(formatTable(['kernel ns per event (lowest to highest)', 'waggle', bench.peer?.name ?? 'peer', 'ratio'], rows));
  print(`\nRuns on account of other processes, whose cost is in the figures: at most ${percent(strangers)}.\n`);
}

interface KernelCost {
  readonly perEventNs: number;
  /** Runs of other processes, as a part of the workload's. */
  readonly strangers: number;
}

async function measure(tool: Tool, script: BenchScript, workload: Workload, iterations: number): Promise<KernelCost> {
  const command = tool.command({ script: script.text, parameters: [workload.pid] });
  const tracing = await Tracing.start(command, { programs: script.programs });
  const cost = await costOf(tracing, workload, iterations);
  return { ...cost, strangers: cost.runs / (iterations * script.programs) - 1 };
}

async function costOf(
  tracing: Tracing,
  workload: Workload,
  iterations: number,
): Promise<{ readonly perEventNs: number; readonly runs: number }> {
  const before = tracing.statistics();
  await workload.run({ iterations });
  const after = tracing.statistics();
  await tracing.stop();
  return { perEventNs: (after.timeNs - before.timeNs) / iterations, runs: after.runs - before.runs };
}

/** What the guard adds where it lets an event through, and what it costs an event that is none of the target's. */
async function measureGuards(bench: Bench, workload: Workload, iterations: number): Promise<void> {
  const { tree } = new Identities();
  const inside = new WorkloadCgroup(tree, 'bench');
  const outside = new WorkloadCgroup(tree, 'bench');
  try {
    inside.adopt(workload.pid);
    const body = '{ @ = count(); }';
    const open = 'tracepoint:syscalls:sys_enter_openat';
    const guards: readonly (readonly [string, string, (hit: boolean) => string[]])[] = [
      ['the script: `/pid == $1/`', `${open} /pid == $1/ ${body}`, (hit) => [String(hit ? workload.pid : 1)]],
      ['`--pid`', `${open} ${body}`, (hit) => ['--pid', String(hit ? workload.pid : 1)]],
      ['`--cgroup`', `${open} ${body}`, (hit) => ['--cgroup', hit ? inside.path : outside.path]],
    ];
    const rows: string[][] = [];
    for (const [name, script, words] of guards) {
      const commands = [true, false].map((hit) => [...bench.waggle.command({ script }), ...words(hit)]);
      const costs = await alternate(commands, bench.rounds, async (command) => {
        const tracing = await Tracing.start(command, { programs: 1 });
        return (await costOf(tracing, workload, iterations)).perEventNs;
      });
      rows.push([name, ...costs.map((list) => formatNumber(median(list)))]);
    }
    print('\n');
    print(formatTable(['waggle, `@ = count()`: who filters, ns', 'event of the target', "another's event"], rows));
  } finally {
    await Promise.all([inside.close(), outside.close()]);
  }
}

function spreadText(costs: readonly KernelCost[] | undefined): string {
  if (costs === undefined) return '-';
  const times = costs.map(({ perEventNs }) => perEventNs);
  return `${formatNumber(median(times))} (${formatNumber(Math.min(...times))}–${formatNumber(Math.max(...times))})`;
}

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
