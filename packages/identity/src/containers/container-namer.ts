import { type ContainerInfo, shortId } from '../runtimes/container.ts';
import type { LocalRuntimes } from '../runtimes/local-runtimes.ts';

/** After a container's cgroup is made: runc writes its state some milliseconds later, Docker tells of it once it has started. */
const PAUSES_MS: readonly number[] = [20, 50, 150, 500, 1500, 4000];
/** Between two looks of `tryNow` for the same container. */
const MIN_PAUSE_MS = 1;
/** Docker is not asked more often, however many containers come. */
const MIN_LIST_INTERVAL_MS = 500;
/** Containers without a name that are looked for at a time. */
const MAX_WANTED = 1024;

interface Wanted {
  /** Whether only Docker's daemon, or files of all containers, may know. */
  readonly listsOthers: boolean;
  looks: number;
  lastMs: number;
}

/**
 * Looks for the names of containers that are known by their id alone, again and again for some seconds. Does not keep the
 * process alive.
 */
export class ContainerNamer {
  readonly #runtimes: LocalRuntimes;
  readonly #learn: (containers: readonly ContainerInfo[]) => void;
  readonly #wanted = new Map<string, Wanted>();
  #timer: NodeJS.Timeout | undefined;
  #round = 0;
  #lastListMs = Number.NEGATIVE_INFINITY;

  constructor(runtimes: LocalRuntimes, learn: (containers: readonly ContainerInfo[]) => void) {
    this.#runtimes = runtimes;
    this.#learn = learn;
  }

  want(id: string, listsOthers: boolean): void {
    if (this.#wanted.has(id)) return;
    this.#wanted.set(id, { listsOthers, looks: 0, lastMs: Number.NEGATIVE_INFINITY });
    if (this.#wanted.size > MAX_WANTED) this.#wanted.delete(this.#wanted.keys().next().value!);
    // A new one is looked for soon, even where others have been waited for in vain.
    this.#round = 0;
    clearTimeout(this.#timer);
    this.#schedule();
  }

  /** Somebody has told. */
  found(id: string): void {
    this.#wanted.delete(id);
  }

  /** Looks at once in what files tell. @returns whether that was of use. */
  tryNow(id: string): boolean {
    const wanted = this.#wanted.get(id);
    const nowMs = performance.now();
    if (wanted === undefined || nowMs - wanted.lastMs < MIN_PAUSE_MS) return false;
    wanted.lastMs = nowMs;
    const container = this.#runtimes.read(id);
    if (container === undefined || container.name === shortId(id)) return false;
    this.#learn([container]);
    return true;
  }

  #schedule(): void {
    const pauseMs = PAUSES_MS[this.#round++];
    this.#timer = pauseMs === undefined ? undefined : setTimeout(() => void this.#look(), pauseMs).unref();
  }

  async #look(): Promise<void> {
    let listsOthers = false;
    for (const [id, wanted] of [...this.#wanted]) {
      if (this.tryNow(id)) continue;
      if (++wanted.looks > PAUSES_MS.length) this.#wanted.delete(id);
      else listsOthers ||= wanted.listsOthers;
    }
    if (listsOthers && performance.now() - this.#lastListMs >= MIN_LIST_INTERVAL_MS) {
      this.#lastListMs = performance.now();
      this.#learn(await this.#runtimes.listOthers());
    }
    if (this.#wanted.size > 0) this.#schedule();
  }
}
