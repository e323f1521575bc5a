/**
 * What an agent is, as far as memory goes: ten traces of one cgroup in one process, whose events are taken and forgotten. Tells how much
 * memory it holds, a line of JSON for each line on standard input.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SourceText } from '@waggle/bpftrace';
import { findGadget } from '@waggle/gadgets';
import { Identities } from '@waggle/identity';
import { MachineFacts, prepareTrace, type RunningTrace, resolveTarget, type Sink } from '@waggle/trace';
import { givenTask } from '../harness/run-process.ts';

export interface AgentTask {
  readonly cgroup: string;
  readonly gadgets: readonly string[];
  readonly scripts: readonly string[];
  readonly ringBytes?: number;
}

/** MiB, by /proc/PID/status. */
export interface AgentMemory {
  readonly resident: number;
  readonly peak: number;
  /** Heap and stacks. */
  readonly anonymous: number;
  /** Pages of the node binary, which all its processes share, and ring buffers, which are mapped twice each. */
  readonly file: number;
  readonly events: number;
}

const task = givenTask<AgentTask>();
let events = 0;
const sink: Sink = {
  event: () => {
    events++;
  },
  action: () => {
    events++;
  },
};

function measure(): AgentMemory {
  const status = readFileSync('/proc/self/status', 'latin1');
  const mib = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { resident: mib('VmRSS'), peak: mib('VmHWM'), anonymous: mib('RssAnon'), file: mib('RssFile'), events };
}

function say(): void {
  process.stdout.write(`${JSON.stringify(measure())}\n`);
}

async function startAll(): Promise<RunningTrace[]> {
  const identities = new Identities();
  const facts = new MachineFacts();
  const target = await resolveTarget({ cgroups: [task.cgroup] }, identities);
  const texts = [...task.gadgets.map((name) => findGadget(name)!.script), ...task.scripts];
  const options = task.ringBytes === undefined ? {} : { ringBytes: task.ringBytes };
  const traces: RunningTrace[] = [];
  for (const [index, text] of texts.entries()) {
    const source = new SourceText(`trace-${index}.bt`, text);
    const { trace, diagnostics } = prepareTrace({ source, target, facts, identities, options });
    if (trace === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
    traces.push(await trace.start(sink, { mapIntervalMs: 1000 }));
  }
  return traces;
}

const traces = await startAll();
say();
for await (const _line of createInterface({ input: process.stdin })) say();
await Promise.all(traces.map((trace) => trace.stop()));
