import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listGadgets } from '@waggle/gadgets';
import { alternate } from './harness/alternate.ts';
import { type Bench, print, toolsOf } from './harness/bench.ts';
import { formatNumber, formatRatio, formatTable } from './harness/format-table.ts';
import { longScript } from './harness/long-script.ts';
import { measureCommand } from './harness/measure-command.ts';
import { runProcess } from './harness/run-process.ts';
import { median } from './harness/statistics.ts';
import type { CompileCost, CompileTask, PhaseTimes } from './processes/compile.ts';

const LENGTHS = [10, 100, 1000] as const;

/** (b) What compiling takes: by phase, in a fresh process and in a warm one; and the whole command beside the peer's. */
export async function compileTime(bench: Bench): Promise<void> {
  const scripts = [
    ...listGadgets().map(({ name, script }) => ({ name, script })),
    ...LENGTHS.map((lines) => ({ name: `${lines} lines`, script: longScript(lines) })),
  ];
  const rows: string[][] = [];
  for (const { name, script } of scripts) {
    const task: CompileTask = { script, repetitions: bench.quick ? 5 : 30 };
    const costs = Array.from({ length: bench.rounds }, () => runProcess<CompileTask, CompileCost>('compile', task));
    const insns = String(costs[0]!.insns);
    rows.push([
      name,
      insns,
      ...phaseCells(costs.map(({ cold }) => cold)),
      ...phaseCells(costs.map(({ warm }) => warm)),
    ]);
  }
  const phases = ['parse', 'check', 'lower', 'emit', 'all'];
  const header = ['ms', 'insns', ...phases.map((phase) => `cold ${phase}`), ...phases.map((phase) => `warm ${phase}`)];
  print(formatTable(header, rows));
  await compareCommands(bench);
}

function phaseCells(times: readonly PhaseTimes[]): string[] {
  const of = (phase: keyof PhaseTimes): number => median(times.map((time) => time[phase]));
  const all = median(times.map(({ parse, check, lower, emit }) => parse + check + lower + emit));
  return [of('parse'), of('check'), of('lower'), of('emit'), all].map(formatNumber);
}

async function compareCommands(bench: Bench): Promise<void> {
  const rows: string[][] = [];
  for (const lines of LENGTHS) {
    const path = join(bench.folder, `${lines}-lines.bt`);
    writeFileSync(path, longScript(lines));
    const costs = await alternate(toolsOf(bench), bench.rounds, (tool) => measureCommand(tool.compileCommand(path)));
    const [ours, theirs] = costs.map((list) => median(list.map(({ wallMs }) => wallMs)));
    rows.push([`${lines} lines`, formatNumber(ours), formatNumber(theirs), formatRatio(ours!, theirs)]);
  }
  print('\n');
  print(formatTable(['whole command, compiling only, ms', 'waggle', bench.peer?.name ?? 'peer', 'ratio'], rows));
}
