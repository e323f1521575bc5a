/**
 * Traces a command as waggle does, in a process of its own that tests may stop and kill. Takes one JSON argument,
 * `{script, argv, ringBytes}`; writes a JSON line with the cgroup once attached, and one with what came of it.
 */
import { SourceText } from '@waggle/bpftrace';
import { Identities } from '@waggle/identity';
import { Command } from '../command/command.ts';
import { prepareTrace } from '../engine/prepared-trace.ts';
import { resolveTarget } from '../target/resolve-target.ts';

interface Task {
  readonly script: string;
  readonly argv: readonly string[];
  readonly ringBytes?: number;
}

const { script, argv, ringBytes } = JSON.parse(process.argv[2]!) as Task;
const identities = new Identities();
const command = await Command.start(argv, identities.tree);
const target = await resolveTarget({ cgroups: [command.cgroup.path] }, identities);
const options = ringBytes === undefined ? {} : { ringBytes };
const { trace, diagnostics } = prepareTrace({ source: new SourceText('task.bt', script), target, identities, options });
if (trace === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));

let events = 0;
const running = await trace.start(
  {
    event: () => {
      events++;
    },
    action: () => {},
  },
  { command },
);
say({ path: command.cgroup.path, pid: command.pid });
const end = await running.done;
await command.close();
say({ events, end });

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
