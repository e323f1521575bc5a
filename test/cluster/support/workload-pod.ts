import { WORKLOAD_IMAGE } from '../../ground/images/workload-image.ts';
import type { TestCluster } from '../../ground/use-cluster.ts';

export interface WorkloadPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a shell; begins once the test says so. Prints the truth about what it has done. `$POD` is its name. */
  readonly script: string;
}

/** A pod that waits for `go`, does its work, says what it did, and stays. */
export function workloadPod({ namespace, name, node, labels = {}, script }: WorkloadPod): object {
  const whole = `while [ ! -e /tmp/go ]; do sleep 0.1; done; ${script}; echo done; exec sleep 100000`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: WORKLOAD_IMAGE,
          imagePullPolicy: 'Never',
          command: ['/bin/sh', '-c', whole],
          env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
    },
  };
}

/** Waits until the pods of a namespace run. */
export async function podsReady({ kubectl }: TestCluster, namespace: string): Promise<void> {
  await kubectl(['wait', '--namespace', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=120s']);
}

/** Lets pods begin. */
export async function go({ kubectl }: TestCluster, namespace: string, ...names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => kubectl(['exec', '--namespace', namespace, name, '--', 'touch', '/tmp/go'])));
}

/** What a pod has printed, once it is done. */
export async function truthOf({ kubectl }: TestCluster, namespace: string, name: string): Promise<readonly string[]> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const lines = (await kubectl(['logs', '--namespace', namespace, name])).trim().split('\n');
    if (lines.at(-1) === 'done') return lines.slice(0, -1);
    if (performance.now() > deadline) throw new Error(`pod ${namespace}/${name} does not get done: ${lines.at(-1)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
