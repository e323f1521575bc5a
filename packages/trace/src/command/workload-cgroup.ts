import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { type CgroupTree, WORKLOADS_PATH } from '@waggle/identity';
import { CommandError } from './command-error.ts';

/**
 * Waits until the other end of its standard input is closed, by us or by the kernel when we are gone. Then moves what still
 * lives below the cgroup $1 to $2 (or, where processes may not be, to the root $4), and removes $1 with everything below,
 * and $3 if nothing else is in it.
 * Processes may fork meanwhile: so again and again, until the folder is gone or ten seconds have passed.
 */
const REAPER_SCRIPT = `
trap '' HUP INT QUIT TERM
while read -r line; do :; done
empty() {
  for below in "$1"/*/; do
    if [ -d "$below" ]; then empty "\${below%/}"; fi
  done
  while read -r pid; do
    echo "$pid" >"$home/cgroup.procs" || echo "$pid" >"$root/cgroup.procs"
  done <"$1/cgroup.procs"
  rmdir "$1"
}
home=$2 root=$4
tries=0
while [ -d "$1" ] && [ "$tries" -lt 200 ]; do
  empty "$1"
  if [ -d "$1" ]; then sleep 0.05; fi
  tries=$((tries + 1))
done
rmdir "$3"
`;

/**
 * A cgroup for one command: `/waggle/NAME-PID-N` in the v2 tree. A small shell, in a session of its own and outside of the
 * cgroup, removes it when we close it, and also when we are killed: no way out leaves it behind.
 */
export class WorkloadCgroup {
  /** From the root of the tree. */
  readonly path: string;
  readonly id: bigint;
  readonly #folder: string;
  readonly #reaper: ChildProcess;
  readonly #gone: Promise<void>;

  /**
   * @param label what it is for, as a part of its name; what does not fit a file name is replaced.
   * @throws CommandError `NO_CGROUP`
   */
  constructor(tree: CgroupTree, label: string) {
    this.path = freePath(tree, label);
    this.#folder = tree.folder(this.path);
    const home = tree.folder(tree.pathOfPid('self') ?? '/');
    const folders = [this.#folder, home, tree.folder(WORKLOADS_PATH), tree.folder(tree.mount.root)];
    this.#reaper = spawn('/bin/sh', ['-c', REAPER_SCRIPT, 'waggle-reaper', ...folders], {
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      detached: true,
    });
    this.#gone = new Promise((resolve) => {
      this.#reaper.once('exit', () => resolve());
      this.#reaper.once('error', () => resolve());
    });
    this.#reaper.stdin?.on('error', () => {});
    // What lives on for the cgroup's sake must not keep us alive.
    this.#reaper.unref();
    try {
      makeFolder(this.#folder);
      this.id = tree.cgroupId(this.path);
    } catch (cause) {
      this.#reaper.stdin?.end();
      throw new CommandError('NO_CGROUP', `cannot make cgroup ${this.path}: ${(cause as Error).message}`, cause);
    }
  }

  /** Moves a process here. @throws CommandError `NO_CGROUP` */
  adopt(pid: number): void {
    try {
      writeFileSync(join(this.#folder, 'cgroup.procs'), String(pid));
    } catch (cause) {
      throw new CommandError(
        'NO_CGROUP',
        `cannot move process ${pid} to cgroup ${this.path}: ${(cause as Error).message}`,
        cause,
      );
    }
  }

  /** Ends all processes in it, at once (`cgroup.kill`, Linux 5.14). */
  kill(): void {
    writeFileSync(join(this.#folder, 'cgroup.kill'), '1');
  }

  /** What still runs goes back to the cgroup we are in; resolves once the cgroup is gone. */
  close(): Promise<void> {
    this.#reaper.ref();
    this.#reaper.stdin?.end();
    return this.#gone;
  }
}

function freePath(tree: CgroupTree, label: string): string {
  const name = basename(label)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 64);
  for (let n = 1; ; n++) {
    const path = posix.join(WORKLOADS_PATH, `${name}-${process.pid}-${n}`);
    if (tree.findId(path) === undefined) return path;
  }
}

/** The parent may be removed by the last of another's cgroups between our making it and our making the child. */
function makeFolder(folder: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(folder, { recursive: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 10) throw error;
    }
  }
}
