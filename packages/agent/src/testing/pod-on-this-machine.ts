import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CgroupTree } from '@waggle/identity';
import type { KubeObject } from '@waggle/kube';

/** A pod as the kubelet would make it: cgroups of its own, with a shell in its only container that does what it is told. */
export class PodOnThisMachine implements AsyncDisposable {
  readonly object: KubeObject & { readonly spec: unknown; readonly status: unknown };
  readonly #folders: readonly string[];
  readonly #shell: ChildProcess;

  constructor(namespace: string, name: string, node: string, labels: Readonly<Record<string, string>> = {}) {
    const uid = randomUUID();
    const containerId = `${uid}${uid}`.replaceAll('-', '');
    const tree = new CgroupTree();
    const root = `/waggle-agent-test-${process.pid}-${uid.slice(0, 8)}`;
    const paths = [root, `${root}/kubepods`, `${root}/kubepods/pod${uid}`, `${root}/kubepods/pod${uid}/${containerId}`];
    this.#folders = paths.map((path) => tree.folder(path));
    for (const folder of this.#folders) mkdirSync(folder);
    this.#shell = spawn('/bin/sh', [], { stdio: ['pipe', 'ignore', 'inherit'] });
    writeFileSync(join(this.#folders.at(-1)!, 'cgroup.procs'), String(this.#shell.pid));
    this.object = {
      metadata: { name, namespace, uid, labels },
      spec: { nodeName: node, containers: [{ name: 'main', image: 'image' }] },
      status: { containerStatuses: [{ name: 'main', containerID: `containerd://${containerId}` }] },
    };
  }

  /** Has the file opened so often, each time by a process of its own. */
  open(file: string, times: number): void {
    this.#shell.stdin!.write(`${`cat ${file} > /dev/null\n`.repeat(times)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#shell, 'exit');
    this.#shell.stdin!.end();
    await exited;
    for (const folder of [...this.#folders].reverse()) await removeFolder(folder);
  }
}

/** The kernel takes a moment to see that the last process is gone. */
async function removeFolder(folder: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(10);
    }
  }
}
