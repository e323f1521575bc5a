import { Identities } from '@waggle/identity';
import { WorkloadCgroup } from '@waggle/trace';
import { Agent } from './harness/agent.ts';
import { type Bench, print } from './harness/bench.ts';
import { formatNumber, formatTable } from './harness/format-table.ts';
import { Workload } from './harness/workload.ts';
import type { AgentMemory } from './processes/agent.ts';

const GADGETS = ['opensnoop', 'execsnoop', 'runqlat', 'biolatency', 'syscount'];
const SCRIPTS = [
  'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }',
  'tracepoint:syscalls:sys_exit_read { @bytes[tid] = sum(args.ret); @size = hist(args.ret); }',
  'tracepoint:syscalls:sys_enter_openat { @paths[str(args.filename)] = count(); }',
  'tracepoint:syscalls:sys_enter_openat { print((flags = args.flags, path = str(args.filename))); }',
  'tracepoint:syscalls:sys_enter_openat { @[kstack] = count(); }',
];

const EVENTS_PER_SECOND = 10_000;

/** Default, and what an agent may give each of its traces. */
const RINGS: readonly (number | undefined)[] = [undefined, 512 * 1024];

/** (e) Memory of a process that runs ten traces: right after their start, and after a while of events. */
export async function memory(bench: Bench): Promise<void> {
  const seconds = bench.quick ? 3 : 30;
  const rows: string[][] = [];
  for (const ringBytes of RINGS) {
    const { atStart, later } = await observe(bench, seconds, ringBytes);
    const title = ringBytes === undefined ? 'default rings' : `rings of ${ringBytes / 1024} KiB`;
    rows.push([`${title}, all attached`, ...cells(atStart)]);
    rows.push([`${title}, after ${seconds} s`, ...cells(later)]);
  }
  print(formatTable(['waggle, ten traces, MiB', 'RSS', 'of it heap', 'files, rings', 'peak', 'events'], rows));
}

async function observe(
  bench: Bench,
  seconds: number,
  ringBytes: number | undefined,
): Promise<{ readonly atStart: AgentMemory; readonly later: AgentMemory }> {
  const workload = await Workload.start(bench.folder);
  const cgroup = new WorkloadCgroup(new Identities().tree, 'bench');
  try {
    cgroup.adopt(workload.pid);
    const ring = ringBytes === undefined ? {} : { ringBytes };
    const agent = await Agent.start({ cgroup: cgroup.path, gadgets: GADGETS, scripts: SCRIPTS, ...ring });
    await workload.run({ iterations: seconds * EVENTS_PER_SECOND, perSecond: EVENTS_PER_SECOND });
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
