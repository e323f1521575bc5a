import { SourceText } from '@waggle/bpftrace';
import { Identities } from '@waggle/identity';
import { Command, type CommandEnd } from '../command/command.ts';
import { type PreparedTrace, prepareTrace, type TraceRequest } from '../engine/prepared-trace.ts';
import type { RunningTrace, StartOptions } from '../engine/running-trace.ts';
import { MachineFacts } from '../machine/machine-facts.ts';
import type { TraceEnd } from '../sink.ts';
import { resolveTarget } from '../target/resolve-target.ts';
import { Collector } from './collector.ts';

/** Shared by all tests of a file, as by all traces of a process. */
export const facts = new MachineFacts();
export const identities = new Identities();

/** Compiles a script that has no mistakes. @throws Error with the diagnostics otherwise */
export function prepare(script: string, request: Partial<TraceRequest> = {}): PreparedTrace {
  const { trace, diagnostics } = prepareTrace({
    source: new SourceText('test.bt', script),
    facts,
    identities,
    ...request,
  });
  if (trace === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return trace;
}

export interface CommandTrace {
  readonly sink: Collector;
  readonly end: TraceEnd;
  readonly command: CommandEnd;
  readonly cgroup: { readonly id: bigint; readonly path: string };
}

/** Traces a command from before its exec to its end. */
export async function traceCommand(
  script: string,
  argv: readonly string[],
  more: {
    readonly options?: TraceRequest['options'];
    readonly start?: StartOptions;
    readonly onStart?: (trace: RunningTrace, command: Command) => void;
  } = {},
): Promise<CommandTrace> {
  const sink = new Collector();
  const command = await Command.start(argv, identities.tree);
  try {
    const { id, path } = command.cgroup;
    const target = await resolveTarget({ cgroups: [path] }, identities);
    const trace = prepare(script, { target, options: { childPid: command.pid, ...more.options } });
    const running = await trace.start(sink, { command, ...more.start });
    more.onStart?.(running, command);
    const end = await running.done;
    command.release();
    return { sink, end, command: await command.ended, cgroup: { id, path } };
  } finally {
    await command.close();
  }
}
