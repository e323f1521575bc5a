import { existsSync, type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { type Fd, openPidfd, type Poller, SyscallError } from '@waggle/bpf';
import type { CgroupTree } from '@waggle/identity';
import type { Mortal } from './target.ts';

/** Kernels before 6.16 say nothing when a cgroup's folder goes; emptying is told at once by all. */
const CHECK_INTERVAL_MS = 500;

/**
 * Calls `onGone`, once, when everything that a trace looks at is gone: processes by pidfd (Linux 5.3), cgroups by inotify on
 * their `cgroup.events`, and by a look now and then. Does not keep the process alive by itself.
 */
export class TargetWatch {
  readonly #tree: CgroupTree;
  readonly #poller: Poller;
  readonly #onGone: () => void;
  readonly #alive = new Set<Mortal>();
  readonly #pidfds: Fd[] = [];
  readonly #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(mortals: readonly Mortal[], tree: CgroupTree, poller: Poller, onGone: () => void) {
    this.#tree = tree;
    this.#poller = poller;
    this.#onGone = onGone;
    for (const mortal of mortals) this.#alive.add(mortal);
    for (const mortal of mortals) {
      if (mortal.kind === 'process') this.#watchProcess(mortal);
      else this.#watchCgroup(mortal.path);
    }
    if (mortals.length === 0) return;
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL_MS).unref();
    // Something may have gone before it was watched.
    setImmediate(() => this.#check());
  }

  close(): void {
    this.#alive.clear();
    clearInterval(this.#timer);
    for (const watcher of this.#watchers.splice(0)) watcher.close();
    for (const fd of this.#pidfds.splice(0)) {
      this.#poller.remove(fd);
      fd.close();
    }
  }

  #watchProcess(mortal: Mortal & { kind: 'process' }): void {
    try {
      const fd = openPidfd(mortal.pid);
      this.#pidfds.push(fd);
      this.#poller.add(fd, () => {
        // Readable for good: once is enough.
        this.#poller.remove(fd);
        this.#bury(mortal);
      });
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === 'ESRCH')) throw error;
    }
  }

  #watchCgroup(path: string): void {
    try {
      const watcher = watch(join(this.#tree.folder(path), 'cgroup.events'), { persistent: false }, () => this.#check());
      watcher.on('error', () => {});
      this.#watchers.push(watcher);
    } catch {
      // Gone already, or the root, which has no such file: the regular look serves.
    }
  }

  #check(): void {
    for (const mortal of [...this.#alive]) if (!this.#isAlive(mortal)) this.#bury(mortal);
  }

  #isAlive(mortal: Mortal): boolean {
    if (mortal.kind === 'process') return existsSync(`/proc/${mortal.pid}`);
    return mortal.endsEmpty ? this.#tree.isPopulated(mortal.path) : existsSync(this.#tree.folder(mortal.path));
  }

  #bury(mortal: Mortal): void {
    if (this.#alive.delete(mortal) && this.#alive.size === 0) this.#onGone();
  }
}
