import { Identities } from '@waggle/identity';
import { Command, type ResolvedTarget, resolveTarget } from '@waggle/trace';
import { UsageError } from '../../usage-error.ts';

export interface TargetOptions {
  readonly container?: string;
  readonly cgroup?: string;
  readonly pid?: number;
  readonly comm?: string;
  /** The words behind `--`. */
  readonly command?: readonly string[] | undefined;
}

/** Whose events are traced, and what must be given up afterwards. */
export interface OpenTarget {
  readonly resolved: ResolvedTarget;
  readonly identities: Identities;
  /** Waits to be released by the trace. */
  readonly command?: Command;
  close(): Promise<void>;
}

/** @throws UsageError, and the typed errors of what is not there. */
export async function openTarget(options: TargetOptions): Promise<OpenTarget> {
  const identities = new Identities();
  const { container, cgroup, pid, comm, command: argv } = options;
  if (argv === undefined) {
    const target = {
      ...(container !== undefined && { containers: [container] }),
      ...(cgroup !== undefined && { cgroups: [cgroup] }),
      ...(pid !== undefined && { pids: [pid] }),
      ...(comm !== undefined && { comm }),
    };
    return { resolved: await resolveTarget(target, identities), identities, close: async () => {} };
  }
  if (argv.length === 0) throw new UsageError('no command behind --');
  const other = Object.entries({ container, cgroup, pid }).find(([, value]) => value !== undefined);
  if (other) throw new UsageError(`--${other[0]} and a command behind -- exclude each other`);
  const command = await Command.start(argv, identities.tree);
  try {
    const target = { cgroups: [command.cgroup.path], ...(comm !== undefined && { comm }) };
    const resolved = await resolveTarget(target, identities);
    return { resolved: { ...resolved, mortals: [] }, identities, command, close: () => command.close() };
  } catch (error) {
    await command.close();
    throw error;
  }
}
