import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identities } from '../identities.ts';
import type { Identity } from '../identity.ts';
import { type ContainerInfo, shortId } from '../runtimes/container.ts';
import { CriClient } from './cri-client.ts';

export interface CriSourceOptions {
  readonly socketPath: string;
  readonly identities: Identities;
  /** The runtime does not answer; it is tried again. */
  readonly onFailure?: (error: unknown) => void;
  /** It does (again). */
  readonly onConnected?: () => void;
}

/** A sandbox is in the runtime's lists once its network is set up: that may take seconds. */
const PAUSES_MS: readonly number[] = [0, 100, 300, 1000, 3000, 10_000];
/** Everything is asked again from time to time: what the runtime forgot to say, or could not while it was restarted. */
const LIST_INTERVAL_MS = 60_000;
const RETRY_INTERVAL_MS = 2000;
/** Containers that are asked for one by one at a time. */
const MAX_ASKED = 1024;

/**
 * Tells identities what the container runtime knows: containers' names and images, and pods, should Kubernetes be late or silent. Asks for
 * everything at the start, and for each container when its cgroup is made.
 */
export class CriSource {
  /** Once the runtime was asked for everything, with or without success. */
  readonly ready: Promise<void>;
  readonly #client: CriClient;
  readonly #identities: Identities;
  readonly #options: CriSourceOptions;
  readonly #subscription: { close(): void };
  readonly #closing = new AbortController();
  readonly #asked = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CriSourceOptions) {
    this.#options = options;
    // One for each container that is asked for.
    setMaxListeners(0, this.#closing.signal);
    this.#identities = options.identities;
    this.#client = new CriClient(options.socketPath);
    this.#subscription = this.#identities.subscribe({
      added: (identity) => this.#meet(identity),
      changed: () => {},
      removed: () => {},
    });
    this.ready = this.#listAll();
  }

  async close(): Promise<void> {
    this.#subscription.close();
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.ready;
    this.#client.close();
  }

  async #listAll(): Promise<void> {
    const isDone = await this.#guarded(async () => {
      const [sandboxes, containers] = await Promise.all([this.#client.sandboxes(), this.#client.listContainers()]);
      if (this.#closing.signal.aborted) return;
      for (const { pod } of sandboxes) this.#identities.learnPod(pod, 'runtime');
      this.#identities.learnContainers([...sandboxes.map(({ container }) => container), ...containers]);
      await this.#askImages(containers);
    });
    if (this.#closing.signal.aborted) return;
    const pauseMs = isDone ? LIST_INTERVAL_MS : RETRY_INTERVAL_MS;
    this.#timer = setTimeout(() => void this.#listAll(), pauseMs).unref();
  }

  /** Lists name images by digest; where no pod's manifest tells, the runtime does, container by container. */
  async #askImages(containers: readonly ContainerInfo[]): Promise<void> {
    const listed = new Set(containers.flatMap(({ id, image }) => (image?.startsWith('sha256:') ? id : [])));
    for (const { container, path } of [...this.#identities.known()]) {
      if (container === undefined || !path.endsWith(container.id) || !container.image?.startsWith('sha256:')) continue;
      if (this.#closing.signal.aborted) return;
      if (listed.has(container.id)) await this.#askContainer(container.id);
    }
  }

  #meet({ container, podUid, pod, path }: Identity): void {
    if (container === undefined || (podUid === undefined && container.runtime !== 'containerd')) return;
    const isKnown = container.name !== shortId(container.id) && pod !== undefined;
    // Cgroups inside of a container are none of the runtime's.
    if (isKnown || !path.includes(container.id) || this.#asked.has(container.id) || this.#asked.size >= MAX_ASKED)
      return;
    this.#asked.add(container.id);
    void this.#ask(container.id).finally(() => this.#asked.delete(container.id));
  }

  /** Until the runtime knows it as a container or as a pod's sandbox. */
  async #ask(id: string): Promise<void> {
    for (const pauseMs of PAUSES_MS) {
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
      if (this.#closing.signal.aborted) return;
      let isFound = false;
      await this.#guarded(async () => {
        isFound = (await this.#askContainer(id)) || (await this.#askSandbox(id));
      });
      if (isFound) return;
    }
  }

  async #askContainer(id: string): Promise<boolean> {
    const container = await this.#client.container(id);
    if (container === undefined) return false;
    this.#identities.learnContainers([container]);
    return true;
  }

  async #askSandbox(id: string): Promise<boolean> {
    const [sandbox] = await this.#client.sandboxes(id);
    if (sandbox === undefined) return false;
    this.#identities.learnPod(sandbox.pod, 'runtime');
    this.#identities.learnContainers([sandbox.container]);
    return true;
  }

  async #guarded(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      this.#options.onConnected?.();
      return true;
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#options.onFailure?.(error);
      return false;
    }
  }
}
