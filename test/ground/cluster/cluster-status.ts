import { adminClient } from './admin-client.ts';
import { DEFAULT_CLUSTER } from './cluster-layout.ts';
import { bootId, readDaemons, readRecord } from './cluster-state.ts';
import { isRunning } from './daemon.ts';
import { readyNodes } from './readiness.ts';

/** `down`: there is none. `broken`: a part has ended or does not answer, or it never came up. */
export type ClusterHealth = 'up' | 'broken' | 'down';

export interface ClusterStatus {
  readonly name: string;
  readonly health: ClusterHealth;
  readonly components: readonly ComponentStatus[];
  readonly nodes: readonly { readonly name: string; readonly ready: boolean }[];
  /** Why nothing is known of the nodes. */
  readonly problem?: string;
}

export interface ComponentStatus {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
}

export async function clusterStatus(name: string = DEFAULT_CLUSTER): Promise<ClusterStatus> {
  const record = readRecord(name);
  if (record === undefined) return { name, health: 'down', components: [], nodes: [] };
  const sameBoot = record.boot === bootId();
  const components = readDaemons(record.layout).map((daemon) => ({
    name: daemon.name,
    pid: daemon.pid,
    running: sameBoot && isRunning(daemon),
  }));
  const { ready, problem } = await askForNodes(record.layout);
  const nodes = record.layout.nodes.map((node) => ({ name: node.name, ready: ready.includes(node.name) }));
  const well = record.complete && components.every(({ running }) => running) && nodes.every((node) => node.ready);
  return { name, health: well ? 'up' : 'broken', components, nodes, ...(problem !== undefined && { problem }) };
}

async function askForNodes(
  layout: Parameters<typeof adminClient>[0],
): Promise<{ ready: readonly string[]; problem?: string }> {
  try {
    using api = adminClient(layout);
    return { ready: await readyNodes(api) };
  } catch (error) {
    return { ready: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

/** One line a component and node. */
export function formatStatus({ name, health, components, nodes, problem }: ClusterStatus): string {
  if (health === 'down') return `cluster ${name} is down\n`;
  const width = Math.max(...[...components, ...nodes].map((part) => part.name.length));
  const line = (part: string, state: string) => `${part.padEnd(width)}  ${state}\n`;
  return [
    `cluster ${name} is ${health}\n`,
    ...components.map((part) => line(part.name, part.running ? `running, pid ${part.pid}` : 'ended')),
    ...nodes.map((node) => line(node.name, node.ready ? 'Ready' : 'not ready')),
    ...(problem === undefined ? [] : [`the API server does not answer: ${problem}\n`]),
  ].join('');
}
