import { readdirSync, readFileSync } from 'node:fs';
import type { TestCluster } from '../../ground/use-cluster.ts';

export interface AgentProcess {
  readonly node: string;
  readonly pod: string;
  /** As this machine knows it. */
  readonly pid: number;
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly spec: { readonly nodeName: string };
  }[];
}

/** The processes of waggle's pods of a component: `agent`, `gateway`. */
export async function waggleProcesses(
  { kubectl }: Pick<TestCluster, 'kubectl'>,
  component: 'agent' | 'gateway',
): Promise<readonly AgentProcess[]> {
  const labels = `app.kubernetes.io/name=waggle,app.kubernetes.io/component=${component}`;
  const text = await kubectl(['get', 'pods', '-n', 'waggle', '-l', labels, '-o', 'json']);
  const { items } = JSON.parse(text) as PodList;
  return items.flatMap(({ metadata, spec }) => {
    const pid = processOf(metadata.uid, `${component}.cjs`);
    return pid === undefined ? [] : [{ node: spec.nodeName, pod: metadata.name, pid }];
  });
}

/** The process of a pod whose command line has a word. */
function processOf(podUid: string, word: string): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find(
    (pid) => read(`/proc/${pid}/cmdline`).includes(word) && read(`/proc/${pid}/cgroup`).includes(`/pod${podUid}/`),
  );
  return found === undefined ? undefined : Number(found);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // Gone meanwhile.
  }
}
