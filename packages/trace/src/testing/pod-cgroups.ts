import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmdirSync } from 'node:fs';
import { posix } from 'node:path';
import type { CgroupTree, PodFacts } from '@waggle/identity';

/** What a test says of a pod, in the place of Kubernetes. */
export interface PodSketch {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly workload?: { readonly kind: string; readonly name: string };
}

/**
 * Real cgroups, laid out as a kubelet does, in a subtree of their own, with real processes in them: `/waggle-test-PID/kubepods/burstable/podUID/ID`.
 */
export class PodCgroups {
  readonly root: string;
  readonly #tree: CgroupTree;
  readonly #made: string[] = [];

  constructor(tree: CgroupTree) {
    this.#tree = tree;
    this.root = `/waggle-test-${process.pid}`;
    for (const path of [this.root, `${this.root}/kubepods`, `${this.root}/kubepods/burstable`]) this.#make(path);
  }

  /** Its cgroup, and what Kubernetes would say of it. */
  makePod(sketch: PodSketch): { readonly path: string; readonly facts: PodFacts } {
    const uid = randomUUID();
    const path = `${this.root}/kubepods/burstable/pod${uid}`;
    this.#make(path);
    return { path, facts: podFacts(sketch, uid) };
  }

  /** The cgroup of a container of the pod. */
  makeContainer(podPath: string): { readonly path: string; readonly id: string } {
    const id = randomBytes(32).toString('hex');
    const path = posix.join(podPath, id);
    this.#make(path);
    return { path, id };
  }

  /** A cgroup of a container's own making. */
  makeBelow(path: string, name: string): string {
    this.#make(posix.join(path, name));
    return posix.join(path, name);
  }

  /** Starts a command as a runtime does: the process is in the cgroup before it becomes the command. */
  async run(path: string, argv: readonly string[]): Promise<void> {
    const child = this.start(path, argv);
    await new Promise((resolve) => child.once('exit', resolve));
  }

  /**
   * The same, and does not wait for its end. The shell enters by itself: `spawn` returns while the kernel is still busy with the shell's own exec,
   * which is not to be one of the container's.
   */
  start(path: string, argv: readonly string[]): ChildProcess {
    const enter = 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"';
    return spawn('/bin/sh', ['-c', enter, 'enter', this.#tree.folder(path), ...argv], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  remove(path: string): void {
    rmdirSync(this.#tree.folder(path));
    this.#made.splice(this.#made.indexOf(path), 1);
  }

  close(): void {
    for (const path of this.#made.reverse()) rmdirSync(this.#tree.folder(path));
  }

  #make(path: string): void {
    mkdirSync(this.#tree.folder(path));
    this.#made.push(path);
  }
}

/** What Kubernetes would say of a pod. */
export function podFacts({ namespace, name, labels = {}, workload }: PodSketch, uid: string): PodFacts {
  const identity = { uid, namespace, name, labels, ...(workload === undefined ? {} : { workload }) };
  return { identity, cgroupUid: uid, containers: [] };
}
