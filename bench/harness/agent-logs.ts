import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../test/ground/cluster/wait-for.ts';
import type { BenchCluster } from './bench-cluster.ts';

/** What an agent says of a trace that it has attached. */
export interface AttachedLine {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** From the beginning of the compilation to attached, by the agent's own clock. */
  readonly startMs: number;
}

/** A trace's lines in the agents' logs, once all of so many nodes have attached it. */
export function attachedLines({ facts }: BenchCluster, trace: string): Promise<readonly AttachedLine[]> {
  return waitFor(`trace ${trace} attached on all nodes`, () => {
    const lines = facts.nodes.flatMap(({ varFolder }) => linesOf(join(varFolder, 'log/pods'), trace));
    return lines.length >= facts.nodes.length ? lines : undefined;
  });
}

function linesOf(folder: string, trace: string): AttachedLine[] {
  const agents = readdirSync(folder).filter((name) => name.startsWith('waggle_waggle-agent-'));
  const texts = agents.flatMap((agent) => {
    const logs = join(folder, agent, 'agent');
    return readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
  });
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line.includes('"trace running"'));
  return lines.flatMap((line) => {
    // In front, the runtime's own: time, stream, tag.
    const { name, time, startMs } = JSON.parse(line.slice(line.indexOf('{')));
    return name === trace ? [{ atMs: Date.parse(time), startMs }] : [];
  });
}
