import { setTimeout as sleep } from 'node:timers/promises';
import { Identities } from '@waggle/identity';
import { WorkloadCgroup } from '@waggle/trace';
import { Agent } from './harness/agent.ts';
import { type Bench, print } from './harness/bench.ts';
import { formatNumber, formatTable } from './harness/format-table.ts';
import { GADGETS, SCRIPTS } from './harness/trace-programs.ts';
import { Workload } from './harness/workload.ts';
import type { AgentMemory } from './processes/agent.ts';

const EVENTS_PER_SECOND = 10_000;

/** How the process is started, and what its traces get. */
interface Setting {
  readonly name: string;
  readonly nodeFlags: readonly string[];
  /** Of each trace that has records; absent: the default of the command line. */
  readonly ringBytes?: number;
}

const SETTINGS: readonly Setting[] = [
  { name: 'defaults', nodeFlags: [] },
  // An agent compiles seldom: it needs neither a large nursery nor four helper threads.
  {
    name: '512 KiB rings, 1 MiB nursery, 1 helper thread',
    nodeFlags: ['--max-semi-space-size=1', '--v8-pool-size=1'],
    ringBytes: 512 * 1024,
  },
];

/** (e) Memory of a process that runs ten traces: right after their start, and after a while of events. */
export async function memory(bench: Bench): Promise<void> {
  const seconds = bench.quick ? 3 : 30;
  const rows: string[][] = [];
  for (const setting of SETTINGS) {
    const { atStart, later } = await observe(bench, seconds, setting);
    rows.push([`${setting.name}: all attached`, ...cells(atStart)]);
    rows.push([`${setting.name}: after ${seconds} s`, ...cells(later)]);
  }
  print(formatTable(['waggle, ten traces, MiB', 'RSS', 'its own', 'node and rings', 'peak', 'events'], rows));
}

async function observe(
  bench: Bench,
  seconds: number,
  { nodeFlags, ringBytes }: Setting,
): Promise<{ readonly atStart: AgentMemory; readonly later: AgentMemory }> {
  const workload = await Workload.start(bench.folder);
  const cgroup = new WorkloadCgroup(new Identities().tree, 'bench');
  try {
    cgroup.adopt(workload.pid);
    const ring = ringBytes === undefined ? {} : { ringBytes };
    const task = { cgroup: cgroup.path, gadgets: GADGETS, scripts: SCRIPTS, ...ring };
    const agent = await Agent.start(task, nodeFlags);
    await workload.run({ iterations: seconds * EVENTS_PER_SECOND, perSecond: EVENTS_PER_SECOND });
    // The last events are still on their way.
    await sleep(200);
    const later = await agent.memory();
    await agent.close();
    return { atStart: agent.atStart, later };
  } finally {
    await workload.close();
    await cgroup.close();
  }
}

function cells({ resident, anonymous, file, peak, events }: AgentMemory): string[] {
  return [...[resident, anonymous, file, peak].map(formatNumber), formatNumber(events)];
}
