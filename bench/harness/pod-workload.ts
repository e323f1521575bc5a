import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CgroupTree } from '@waggle/identity';
import type { NodeFacts } from '../../test/ground/cluster/cluster-state.ts';
import { WORKLOAD_IMAGE } from '../../test/ground/images/workload-image.ts';
import { type BenchCluster, NAMESPACE } from './bench-cluster.ts';
import { Workload, type WorkloadResult, type WorkloadTask } from './workload.ts';

/** A pod that sleeps, and the benchmark's workload in its container's cgroup: to the kernel and to waggle, it is that pod's. */
export class PodWorkload implements AsyncDisposable {
  readonly #workload: Workload;
  #busy: Promise<void> | undefined;
  #isResting = false;

  static async start(cluster: BenchCluster, node: NodeFacts, folder: string): Promise<PodWorkload> {
    const name = `busy-${node.name}`;
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(sleepingPod(name, node.name)));
    await cluster.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Ready', `pod/${name}`, '--timeout=120s']);
    const pod = JSON.parse(await cluster.kubectl(['get', 'pod', '-n', NAMESPACE, name, '-o', 'json']));
    const container = (pod.status.containerStatuses[0].containerID as string).replace('containerd://', '');
    const path = join(node.cgroupRoot, 'kubepods/besteffort', `pod${pod.metadata.uid}`, container);
    const files = join(folder, name);
    mkdirSync(files, { recursive: true });
    const workload = await Workload.start(files);
    writeFileSync(join(new CgroupTree().folder(path), 'cgroup.procs'), String(workload.pid));
    return new PodWorkload(workload);
  }

  private constructor(workload: Workload) {
    this.#workload = workload;
  }

  run(task: WorkloadTask): Promise<WorkloadResult> {
    return this.#workload.run(task);
  }

  /** Opens a file every few milliseconds from now on, and leaves the CPU to others in between. */
  trickle(): void {
    this.#isResting = false;
    this.#busy = this.#trickle();
  }

  async rest(): Promise<void> {
    this.#isResting = true;
    await this.#busy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest();
    await this.#workload.close();
  }

  async #trickle(): Promise<void> {
    while (!this.#isResting) await this.run({ iterations: 100, perSecond: 400, opensOnly: true });
  }
}

function sleepingPod(name: string, nodeName: string): object {
  const command = ['/bin/sleep', '1000000'];
  const container = { name: 'main', image: WORKLOAD_IMAGE, imagePullPolicy: 'Never', command };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: { nodeName, terminationGracePeriodSeconds: 0, containers: [container] },
  };
}
