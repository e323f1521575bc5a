/** Cgroups that a test makes, for tests. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';

/** As a key of a map. */
export function cgroupId(folder: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(statSync(folder, { bigint: true }).ino);
  return bytes;
}

/** Where the unified hierarchy is mounted. */
export function unifiedMount(): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.map((line) => line.split(' ')).find((fields) => fields[2] === 'cgroup2')![1]!;
}

/** A cgroup of level 2 within one of level 1, for a short-lived process. */
export class NestedCgroup {
  readonly outer = `${unifiedMount()}/waggle-lower-${process.pid}`;
  readonly inner = `${this.outer}/inner`;

  constructor() {
    mkdirSync(this.inner, { recursive: true });
  }

  /** Runs a process in the inner one. */
  run(command = 'true'): void {
    const { status } = spawnSync('sh', ['-c', `echo $$ > ${this.inner}/cgroup.procs && exec ${command}`]);
    if (status !== 0) throw new Error(`${command} in ${this.inner} ended with ${status}`);
  }

  [Symbol.dispose](): void {
    rmdirSync(this.inner);
    rmdirSync(this.outer);
  }
}
