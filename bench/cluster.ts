import { agentMemory } from './cluster/agent-memory.ts';
import { agentStart } from './cluster/agent-start.ts';
import { firstEvent } from './cluster/first-event.ts';
import { streamThroughput } from './cluster/stream-throughput.ts';
import { type Bench, print } from './harness/bench.ts';
import { BenchCluster } from './harness/bench-cluster.ts';
import { PodWorkload } from './harness/pod-workload.ts';

/** (g) On a cluster of two nodes of the benchmark's own: the command to its first event, agents' starts and memory, streams. */
export async function cluster(bench: Bench): Promise<void> {
  await using own = await BenchCluster.start(bench.folder);
  const [here, there] = own.facts.nodes;
  await using first = await PodWorkload.start(own, here!, bench.folder);
  await using second = await PodWorkload.start(own, there!, bench.folder);
  const parts = [
    () => firstEvent(bench, own, [first, second]),
    () => agentStart(bench, own),
    () => agentMemory(bench, own, first),
    () => streamThroughput(bench, own, first),
  ];
  for (const [index, part] of parts.entries()) {
    if (index > 0) print('\n');
    await part();
  }
}
