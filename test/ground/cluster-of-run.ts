import { clusterDown } from './cluster/cluster.ts';
import { clusterNames, readRecord } from './cluster/cluster-state.ts';
import { hasEnded, ownerOf } from './cluster/owner.ts';

/** Set by a test run's main process, for those that run test files. */
const RUN = 'WAGGLE_TEST_RUN';

/** The cluster that the test files of this run share: one of its own, or the one that `WAGGLE_TEST_CLUSTER` names. */
export function clusterOfRun(): { readonly name: string; readonly owner?: string } {
  const wanted = process.env.WAGGLE_TEST_CLUSTER;
  if (wanted) return { name: wanted };
  const owner = process.env[RUN] ?? ownerOf(process.pid);
  return { name: `test-${owner.split(' ')[0]}`, owner };
}

/** vitest's global setup: nothing is brought up before a test asks for it. */
export function setup(): void {
  process.env[RUN] = ownerOf(process.pid);
}

/** vitest's global teardown: takes down this run's cluster, and those of runs that were killed. */
export async function teardown(): Promise<void> {
  for (const name of clusterNames()) {
    const owner = readRecord(name)?.owner;
    if (owner !== undefined && (owner === process.env[RUN] || hasEnded(owner))) await clusterDown({ name });
  }
}
