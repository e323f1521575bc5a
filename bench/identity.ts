import { type Bench, print } from './harness/bench.ts';
import { formatNumber, formatTable } from './harness/format-table.ts';
import { runProcess } from './harness/run-process.ts';
import { median } from './harness/statistics.ts';
import type { IdentityCost, IdentityTask } from './processes/identity.ts';

/** (i) What it takes to know whose a cgroup is: asking, containers that come and go, and what is remembered of them. */
export function identity(bench: Bench): Promise<void> {
  const task: IdentityTask = { containers: bench.quick ? 1000 : 10_000, lookups: bench.quick ? 100_000 : 1_000_000 };
  const costs = Array.from({ length: bench.rounds }, () =>
    runProcess<IdentityTask, IdentityCost>('identity', task, ['--expose-gc']),
  );
  const count = formatNumber(task.containers);
  const row = (name: string, unit: string, of: (cost: IdentityCost) => number): string[] => [
    name,
    unit,
    formatNumber(median(costs.map(of))),
  ];
  const rows = [
    row('lookup of a container that runs (220 of them, in 110 pods)', 'ns', ({ lookupNs }) => lookupNs.running),
    row('lookup of one that is gone', 'ns', ({ lookupNs }) => lookupNs.gone),
    row(`a container's life, told: comes, is named, is asked for, goes (${count})`, 'µs', (cost) => cost.containerUs),
    row('heap before', 'MiB', ({ heapMiB }) => heapMiB.before),
    row(`after ${count} containers`, 'MiB', ({ heapMiB }) => heapMiB.after),
    row('after four times as many again', 'MiB', ({ heapMiB }) => heapMiB.muchLater),
    row('a real cgroup, made and removed', 'µs', ({ cgroupUs }) => cgroupUs.alone),
    row('the same while cgroup events are traced', 'µs', ({ cgroupUs }) => cgroupUs.watched),
    row('from its being there to knowing its pod', 'µs', (cost) => cost.learnUs),
  ];
  print(formatTable(['waggle, identity', 'unit', 'median'], rows));
  return Promise.resolve();
}
