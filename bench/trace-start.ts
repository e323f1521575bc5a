import { listTracepoints } from '@waggle/bpf';
import { findGadget } from '@waggle/gadgets';
import { type Bench, print } from './harness/bench.ts';
import { formatNumber, formatTable } from './harness/format-table.ts';
import { runProcess } from './harness/run-process.ts';
import { median } from './harness/statistics.ts';
import type { StartCost, StartTask } from './processes/start-traces.ts';

/** (f) From a script's text to all of its probes attached, in a process that has done so before. */
export async function traceStart(bench: Bench): Promise<void> {
  const scripts: readonly (readonly [string, string])[] = [
    ['one probe', 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }'],
    ['opensnoop', findGadget('opensnoop')!.script],
    ['100 probes, one body', `${hundredEntries().join(',')} { @[comm] = count(); }`],
    [
      '100 probes, 100 bodies',
      hundredEntries()
        .map((entry, index) => `${entry} { @[${index}] = count(); }`)
        .join('\n'),
    ],
  ];
  const rows = scripts.map(([name, script]) => {
    const repetitions = bench.quick ? 4 : 10;
    const { prepareMs, startMs, stopMs } = runProcess<StartTask, StartCost>('start-traces', { script, repetitions });
    const first = prepareMs[0]! + startMs[0]!;
    const prepare = median(prepareMs.slice(2));
    const start = median(startMs.slice(2));
    return [name, ...[first, prepare, start, prepare + start, median(stopMs)].map(formatNumber)];
  });
  print(formatTable(['waggle, ms', 'first of a process', 'compile', 'load and attach', 'start', 'stop'], rows));
}

/** Entry points of a hundred system calls. */
function hundredEntries(): string[] {
  const entries = listTracepoints().filter(
    ({ category, name }) => category === 'syscalls' && name.startsWith('sys_enter_'),
  );
  return entries.slice(0, 100).map(({ category, name }) => `tracepoint:${category}:${name}`);
}
