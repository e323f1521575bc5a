import { enableStats } from '@waggle/bpf';
import { alternate } from './harness/alternate.ts';
import { type Bench, print, toolsOf } from './harness/bench.ts';
import { formatNumber, formatRatio, formatTable } from './harness/format-table.ts';
import { runProcess } from './harness/run-process.ts';
import { median } from './harness/statistics.ts';
import { measureThroughput, type Throughput } from './harness/throughput.ts';
import { Workload } from './harness/workload.ts';
import type { DrainCost, DrainTask } from './processes/drain-ring.ts';

const READERS: Readonly<Record<DrainTask['reader'], string>> = {
  walk: 'walk only',
  values: 'five fields (three numbers, comm, path)',
  events: 'the same with time, cgroup, pid, tid, comm, as an object',
};

/** (d) What reading an event takes: from the ring alone, and by the whole command with its text or JSON. */
export async function drain(bench: Bench): Promise<void> {
  await drainRing(bench);
  using _statistics = enableStats();
  const workload = await Workload.start(bench.folder);
  try {
    await compareCommands(bench, workload);
  } finally {
    await workload.close();
  }
}

async function drainRing(bench: Bench): Promise<void> {
  const readers = Object.keys(READERS) as DrainTask['reader'][];
  const events = bench.quick ? 50_000 : 400_000;
  const costs = await alternate(readers, bench.rounds, (reader) =>
    runProcess<DrainTask, DrainCost>('drain-ring', { reader, events, rounds: 4 }),
  );
  const rows = readers.map((reader, index) => {
    const list = costs[index]!;
    const first = median(list.map(({ nsPerEvent }) => nsPerEvent[0]!));
    const later = median(list.flatMap(({ nsPerEvent }) => nsPerEvent.slice(1)));
    return [READERS[reader], formatNumber(list[0]!.bytesPerEvent), formatNumber(first), formatNumber(later)];
  });
  print(formatTable(['waggle, ns an event read', 'bytes', 'first time', 'later'], rows));
}

const SCRIPT = `tracepoint:syscalls:sys_enter_openat /pid == $1/ {
  printf("%d %d %d %s %s\\n", pid, tid, args.flags, comm, str(args.filename));
}`;

/** As fast as it goes, and at the rate that must not lose anything. */
const RATES = [undefined, 50_000] as const;

async function compareCommands(bench: Bench, workload: Workload): Promise<void> {
  const rows: string[][] = [];
  for (const json of [false, true]) {
    for (const perSecond of RATES) {
      const iterations = bench.quick ? 50_000 : perSecond === undefined ? 500_000 : 150_000;
      const task = { iterations, opensOnly: true, ...(perSecond === undefined ? {} : { perSecond }) };
      const results = await alternate(toolsOf(bench), Math.min(3, bench.rounds), (tool) =>
        measureThroughput(tool, { script: SCRIPT, json }, { workload, task, folder: bench.folder }),
      );
      const title = `${json ? 'JSON' : 'text'}, ${perSecond === undefined ? 'as fast as it goes' : '50 000/s'}`;
      rows.push([title, ...cells(results[0]), ...cells(results[1]), ratioOf(results)]);
    }
  }
  const columns = (tool: string) => [`${tool}: made/s`, 'kept/s', 'lost', 'told', 'CPU ns/event'];
  print('\n');
  print(formatTable(['the whole command', ...columns('waggle'), ...columns('peer'), 'CPU, ratio'], rows));
}

function cells(results: readonly Throughput[] | undefined): string[] {
  if (results === undefined) return ['-', '-', '-', '-', '-'];
  const of = (pick: (result: Throughput) => number): number => median(results.map(pick));
  return [
    formatNumber(Math.round(of(({ madePerSecond }) => madePerSecond))),
    formatNumber(Math.round(of(({ keptPerSecond }) => keptPerSecond))),
    `${(100 * of(({ lost, made }) => lost / made)).toFixed(1)} %`,
    results.every(({ lost, told }) => lost === told)
      ? 'exactly'
      : `${(100 * of(({ told, made }) => told / made)).toFixed(1)} %`,
    formatNumber(of(({ cpuNsPerEvent }) => cpuNsPerEvent)),
  ];
}

function ratioOf(results: readonly (readonly Throughput[])[]): string {
  const [ours, theirs] = results.map((list) => median(list.map(({ cpuNsPerEvent }) => cpuNsPerEvent)));
  return formatRatio(ours!, theirs);
}
