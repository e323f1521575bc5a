import { AGENT_LABELS, type KubeClient, type KubeObject, PODS, type ResourceWatch, watchResource } from '@waggle/kube';

/** The agent of a node, as far as it can be called. */
export interface Agent {
  readonly node: string;
  readonly pod: string;
  readonly uid: string;
  /** Absent while the pod has none. */
  readonly address?: string;
  /** Why it may not answer, for people. */
  readonly trouble?: string;
}

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

type Listener = (node: string) => void;

/** The agents of all nodes, kept up by a watch of their pods. */
export class Agents {
  readonly synced: Promise<void>;
  readonly #watch: ResourceWatch<Pod>;
  readonly #byNode = new Map<string, Map<string, Pod>>();
  readonly #listeners = new Set<Listener>();
  #isSynced = false;

  constructor(client: KubeClient, namespace: string, onProblem: (error: Error) => void) {
    const put = (pod: Pod): void => this.#put(pod);
    this.#watch = watchResource<Pod>(client, PODS, {
      namespace,
      labelSelector: Object.entries(AGENT_LABELS)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
      select: summary,
      listener: {
        added: put,
        changed: put,
        removed: (pod) => this.#remove(pod),
        synced: () => {
          this.#isSynced = true;
        },
        failed: onProblem,
      },
    });
    this.synced = this.#watch.synced;
  }

  /** Whether all agents that there are have been seen. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  nodes(): Iterable<string> {
    return this.#byNode.keys();
  }

  /** While one is replaced by the next, a node has two pods: the one that stays counts. */
  of(node: string): Agent | undefined {
    const pods = [...(this.#byNode.get(node)?.values() ?? [])];
    const [best] = pods.sort((a, b) => rank(b) - rank(a) || compareAge(b, a));
    return best && agentOf(best);
  }

  /** Calls back, with the node's name, when a node's agent comes, goes or changes. */
  onChange(listener: Listener): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  close(): void {
    this.#watch.close();
  }

  #put(pod: Pod): void {
    const node = pod.spec?.nodeName;
    if (node === undefined || node === '') return; // Not scheduled yet.
    const pods = this.#byNode.get(node) ?? new Map<string, Pod>();
    this.#byNode.set(node, pods.set(pod.metadata.uid!, pod));
    this.#tell(node);
  }

  #remove(pod: Pod): void {
    const node = pod.spec?.nodeName ?? '';
    const pods = this.#byNode.get(node);
    if (!pods?.delete(pod.metadata.uid!)) return;
    if (pods.size === 0) this.#byNode.delete(node);
    this.#tell(node);
  }

  #tell(node: string): void {
    for (const listener of [...this.#listeners]) listener(node);
  }
}

/** A pod of thousands is kept as what is read of it. */
function summary({ metadata, spec, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata;
  return {
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } as Pod['metadata'],
    ...(spec?.nodeName !== undefined && { spec: { nodeName: spec.nodeName } }),
    status: {
      ...(status?.phase !== undefined && { phase: status.phase }),
      ...(status?.podIP !== undefined && { podIP: status.podIP }),
      conditions: (status?.conditions ?? [])
        .filter(({ type }) => type === 'Ready')
        .map(({ type, status }) => ({ type, status })),
      containerStatuses: (status?.containerStatuses ?? []).map(({ state }) => {
        const reason = state?.waiting?.reason;
        return reason === undefined ? {} : { state: { waiting: { reason } } };
      }),
    },
  };
}

function rank(pod: Pod): number {
  return (pod.metadata.deletionTimestamp === undefined ? 2 : 0) + (pod.status?.podIP === undefined ? 0 : 1);
}

function compareAge(a: Pod, b: Pod): number {
  return Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '');
}

function agentOf(pod: Pod): Agent {
  const { metadata, spec, status } = pod;
  const trouble = troubleOf(pod);
  return {
    node: spec!.nodeName!,
    pod: metadata.name!,
    uid: metadata.uid!,
    ...(status?.podIP !== undefined && status.podIP !== '' && { address: status.podIP }),
    ...(trouble !== undefined && { trouble }),
  };
}

function troubleOf({ metadata, status }: Pod): string | undefined {
  const waiting = status?.containerStatuses?.map(({ state }) => state?.waiting?.reason).find(Boolean);
  if (waiting !== undefined) return waiting;
  if (metadata.deletionTimestamp !== undefined) return 'is being replaced';
  if (status?.phase !== 'Running') return status?.phase?.toLowerCase() ?? 'unknown';
  return status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ? undefined : 'not ready';
}
