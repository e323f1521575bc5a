import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { CgroupTree } from '@waggle/identity';
import { waitUntil } from './wait-until.ts';

const tree = new CgroupTree();
let counter = 0;

/** Becomes a command in the cgroup whose folder is its first word. */
const ENTER = 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"';

/** A cgroup of a test, `/waggle-test-PID-N`, with processes that the test starts in it. */
export class OwnCgroup {
  /** From the root of the tree. */
  readonly path = `/waggle-test-${process.pid}-${++counter}`;
  readonly folder = tree.folder(this.path);

  constructor() {
    mkdirSync(this.folder);
  }

  /** Starts a command here; its standard input stays open, its output is a pipe. */
  start(argv: readonly string[]): ChildProcess {
    return spawn('/bin/sh', ['-c', ENTER, 'sh', this.folder, ...argv], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Runs a command here to its end. */
  run(argv: readonly string[]): Promise<void> {
    const child = this.start(argv);
    child.stdin!.end();
    child.stdout!.resume();
    return new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Ends what lives here and removes it. */
  async close(): Promise<void> {
    if (tree.findId(this.path) === undefined) return;
    writeFileSync(`${this.folder}/cgroup.kill`, '1');
    await waitUntil(`${this.path} is empty`, () => !tree.isPopulated(this.path));
    rmdirSync(this.folder);
  }
}
