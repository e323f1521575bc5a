import {
  CLUSTER_TRACES,
  isKubeError,
  type KubeClient,
  type ResourceType,
  type ResourceWatch,
  TRACES,
  type TraceObject,
  watchResource,
} from '@waggle/kube';

/** Which trace: `namespace` is absent for a ClusterTrace. */
export interface TracePlace {
  readonly namespace?: string;
  readonly name: string;
}

type Listener = (trace: TraceObject | undefined) => void;

/** The traces of the cluster, kept up by watches: whether one is there, and how it is. */
export class Traces {
  readonly #client: KubeClient;
  readonly #watches: ReadonlyMap<ResourceType, ResourceWatch<TraceObject>>;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(client: KubeClient, onProblem: (error: Error) => void) {
    this.#client = client;
    const watch = (type: ResourceType): ResourceWatch<TraceObject> =>
      watchResource<TraceObject>(client, type, {
        select: summary,
        listener: {
          changed: (trace) => this.#tell(trace, trace),
          removed: (trace) => this.#tell(trace, undefined),
          failed: onProblem,
        },
      });
    this.#watches = new Map([TRACES, CLUSTER_TRACES].map((type) => [type, watch(type)]));
  }

  get synced(): Promise<unknown> {
    return Promise.all([...this.#watches.values()].map(({ synced }) => synced));
  }

  /**
   * One that was created a moment ago may not have come through the watch: then the server is asked.
   *
   * @throws KubeError, KubeConnectionError
   */
  async find(place: TracePlace, signal: AbortSignal): Promise<TraceObject | undefined> {
    const type = typeOf(place);
    const known = this.#watches.get(type)!.get(place.name, place.namespace);
    if (known !== undefined) return known;
    try {
      return summary(await this.#client.get<TraceObject>(type, { ...place, signal }));
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Calls back when the trace of that uid changes, and with nothing when it is deleted. */
  onChange(place: TracePlace, uid: string | undefined, listener: Listener): { close(): void } {
    const key = keyOf(place);
    const filtered: Listener = (trace) => {
      if (trace === undefined || trace.metadata.uid === uid) listener(trace);
    };
    const listeners = this.#listeners.get(key) ?? new Set<Listener>();
    this.#listeners.set(key, listeners.add(filtered));
    return {
      close: () => {
        listeners.delete(filtered);
        if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
      },
    };
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
  }

  #tell({ metadata }: TraceObject, trace: TraceObject | undefined): void {
    const { name, namespace } = metadata;
    const place = { name: name!, ...(namespace !== undefined && { namespace }) };
    for (const listener of [...(this.#listeners.get(keyOf(place)) ?? [])]) listener(trace);
  }
}

/** The status of a trace on thousands of nodes is long, and only its phase is read. */
function summary({ metadata, spec, status }: TraceObject): TraceObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = metadata;
  return {
    metadata: { name, namespace, uid, resourceVersion, deletionTimestamp } as TraceObject['metadata'],
    spec,
    status: { ...(status?.phase !== undefined && { phase: status.phase }) },
  };
}

export function typeOf({ namespace }: TracePlace): ResourceType {
  return namespace === undefined ? CLUSTER_TRACES : TRACES;
}

function keyOf({ namespace = '', name }: TracePlace): string {
  return `${namespace}/${name}`;
}
