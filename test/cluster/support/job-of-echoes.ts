import { WORKLOAD_IMAGE } from '../../ground/images/workload-image.ts';
import type { TestCluster } from '../../ground/use-cluster.ts';

export interface JobOfEchoes {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly pods: number;
  /** In each of its pods. */
  readonly containers: number;
}

/** A Job whose containers execute one program each, `/bin/echo POD CONTAINER`, and end. */
export function jobOfEchoes({ namespace, name, node, pods, containers }: JobOfEchoes): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      completions: pods,
      parallelism: pods,
      template: {
        metadata: { labels: { app: name } },
        spec: {
          nodeName: node,
          restartPolicy: 'Never',
          containers: Array.from({ length: containers }, (_, index) => ({
            name: `c${index}`,
            image: WORKLOAD_IMAGE,
            imagePullPolicy: 'Never',
            command: ['/bin/echo', '$(POD)', `c${index}`],
            env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          })),
        },
      },
    },
  };
}

export interface FinishedPod {
  readonly name: string;
  readonly node: string;
  readonly containers: readonly string[];
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName: string; readonly containers: readonly { readonly name: string }[] };
    readonly status: { readonly phase: string };
  }[];
}

/** Waits until a namespace has so many pods, and all of them have succeeded. */
export async function finished({ kubectl }: TestCluster, namespace: string, count: number): Promise<FinishedPod[]> {
  const deadline = performance.now() + 180_000;
  for (;;) {
    const { items } = JSON.parse(await kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])) as PodList;
    const done = items.filter(({ status }) => status.phase === 'Succeeded');
    if (done.length === count && items.length === count) {
      return done.map(({ metadata, spec }) => ({
        name: metadata.name,
        node: spec.nodeName,
        containers: spec.containers.map(({ name }) => name),
      }));
    }
    if (performance.now() > deadline) throw new Error(`${done.length} of ${count} pods of ${namespace} are done`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
