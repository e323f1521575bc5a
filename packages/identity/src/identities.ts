import { CgroupTree } from './cgroup-tree.ts';
import { ContainerError } from './container-error.ts';
import { type CgroupMeaning, type ContainerRuntime, readCgroupPath } from './container-path.ts';
import { matchContainer } from './match-container.ts';
import { type ContainerInfo, shortId } from './runtimes/container.ts';
import { CONTAINERS_STORAGE, listStoredContainers } from './runtimes/containers-storage.ts';
import { DOCKER_SOCKET, listDockerContainers } from './runtimes/docker-api.ts';
import { listRuncContainers, RUNC_ROOTS } from './runtimes/runc-state.ts';

/** What a cgroup id means. */
export interface Identity {
  readonly cgroupId: bigint;
  /** From the root of the tree: `/system.slice/nginx.service`. */
  readonly path: string;
  readonly container?: { readonly id: string; readonly name: string; readonly runtime: ContainerRuntime };
  readonly podUid?: string;
  /** systemd unit. */
  readonly unit?: string;
  /** What a column shows: the container's name, else the unit, else the path. */
  readonly name: string;
}

/** Where the runtimes of a machine keep what they know; an agent in a pod finds them below its view of the host. */
export interface RuntimePlaces {
  readonly runcRoots: typeof RUNC_ROOTS;
  readonly dockerSocket: string;
  readonly containersStorage: string;
}

const USUAL_PLACES: RuntimePlaces = {
  runcRoots: RUNC_ROOTS,
  dockerSocket: DOCKER_SOCKET,
  containersStorage: CONTAINERS_STORAGE,
};

const MAX_IDENTITIES = 16_384;
/** New containers come in bursts, and asking a runtime is not free. */
const MIN_LIST_INTERVAL_MS = 500;

/**
 * Names for cgroup ids on this machine, from the paths of the cgroups and what the container runtimes say. What was looked up
 * once stays known after its cgroup is gone.
 */
export class Identities {
  readonly tree: CgroupTree;
  readonly #places: RuntimePlaces;
  readonly #identities = new Map<bigint, Identity>();
  readonly #byId = new Map<string, ContainerInfo>();
  readonly #byPath = new Map<string, ContainerInfo>();
  /** Looked up, but perhaps not by its final name yet: when it was first. */
  readonly #provisional = new Map<bigint, number>();
  #lastListMs = Number.NEGATIVE_INFINITY;
  /** When the last complete refresh began. */
  #refreshedMs = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(tree: CgroupTree = new CgroupTree(), places: RuntimePlaces = USUAL_PLACES) {
    this.tree = tree;
    this.#places = places;
  }

  /**
   * At once, from what is known and what files tell. A Docker container that started a moment ago is shown by its short id until
   * the daemon has answered.
   */
  lookup(cgroupId: bigint): Identity | undefined {
    const known = this.#identities.get(cgroupId);
    if (known !== undefined) return known;
    const path = this.tree.pathOf(cgroupId);
    if (path === undefined) return undefined;
    const firstSeenMs = this.#provisional.get(cgroupId) ?? performance.now();
    const { identity, isNamed } = this.#identify(cgroupId, path);
    if (isNamed || this.#refreshedMs > firstSeenMs) {
      this.#remember(identity);
    } else {
      this.#provisional.set(cgroupId, firstSeenMs);
      this.#refreshSoon();
    }
    return identity;
  }

  /** Asks every runtime for its containers, after an asking that is under way. Never fails: who does not answer has none. */
  refresh(): Promise<void> {
    const next = (this.#refreshing ?? Promise.resolve()).then(() => this.#refresh());
    this.#refreshing = next;
    return next.then(() => {
      if (this.#refreshing === next) this.#refreshing = undefined;
    });
  }

  /**
   * A running container by name, id, or a unique prefix of either.
   *
   * @throws ContainerError
   */
  async findContainer(nameOrId: string): Promise<ContainerInfo & { readonly cgroupPath: string }> {
    await this.refresh();
    const found = matchContainer(nameOrId, this.#running());
    if (found.cgroupPath === undefined) throw new ContainerError('CONTAINER_HAS_NO_CGROUP', nameOrId, [found]);
    return { ...found, cgroupPath: found.cgroupPath };
  }

  /** Containers that run now: those with a cgroup in the tree. */
  async containers(): Promise<readonly ContainerInfo[]> {
    await this.refresh();
    return this.#running();
  }

  #running(): ContainerInfo[] {
    const running = new Map<string, ContainerInfo>();
    for (const path of this.tree.paths()) {
      const container = this.#containerAt(path, readCgroupPath(path));
      if (container !== undefined && !running.has(container.id)) running.set(container.id, container);
    }
    return [...running.values()];
  }

  #refreshSoon(): void {
    if (this.#refreshing === undefined && performance.now() - this.#refreshedMs >= MIN_LIST_INTERVAL_MS)
      void this.refresh();
  }

  async #refresh(): Promise<void> {
    const begunMs = performance.now();
    const { containersStorage, dockerSocket } = this.#places;
    this.#learn([...listStoredContainers(containersStorage), ...(await listDockerContainers(dockerSocket))]);
    this.#listRunc();
    this.#refreshedMs = begunMs;
  }

  /** Files only, so that a lookup may do it. */
  #listRunc(): void {
    this.#lastListMs = performance.now();
    // The path is runc's to tell, the name Docker's: neither forgets what the other said.
    this.#learn(listRuncContainers(this.tree.mount, this.#places.runcRoots));
  }

  #learn(containers: readonly ContainerInfo[]): void {
    for (const container of containers) {
      const before = this.#byId.get(container.id);
      const isNamed = container.name !== shortId(container.id);
      const merged =
        before === undefined ? container : { ...before, ...container, name: isNamed ? container.name : before.name };
      this.#byId.set(container.id, merged);
      if (merged.cgroupPath !== undefined) this.#byPath.set(merged.cgroupPath, merged);
    }
  }

  #identify(cgroupId: bigint, path: string): { identity: Identity; isNamed: boolean } {
    const meaning = readCgroupPath(path);
    let container = this.#containerAt(path, meaning);
    if (!this.#isNamed(container, path) && performance.now() - this.#lastListMs >= MIN_LIST_INTERVAL_MS) {
      this.#listRunc();
      container = this.#containerAt(path, meaning);
    }
    const { podUid, unit } = meaning;
    const identity: Identity = {
      cgroupId,
      path,
      ...(container === undefined
        ? {}
        : { container: { id: container.id, name: container.name, runtime: container.runtime } }),
      ...(podUid === undefined ? {} : { podUid }),
      ...(unit === undefined ? {} : { unit }),
      name: container?.name ?? unit ?? path,
    };
    return { identity, isNamed: this.#isNamed(container, path) };
  }

  /** False where asking the runtimes could tell more. */
  #isNamed(container: ContainerInfo | undefined, path: string): boolean {
    if (container === undefined) return path === '/' || path.includes('.slice');
    if (container.runtime === 'waggle') return true;
    return container.name !== shortId(container.id) || (container.runtime === 'runc' && this.#byId.has(container.id));
  }

  /** The innermost container that a cgroup belongs to: as a runtime says, or as its path shows. */
  #containerAt(path: string, meaning: CgroupMeaning): ContainerInfo | undefined {
    const shown = meaning.container;
    for (let at = path; at.length > (shown?.path.length ?? 1); at = at.slice(0, at.lastIndexOf('/'))) {
      const told = this.#byPath.get(at);
      if (told !== undefined) return told;
    }
    if (shown === undefined) return undefined;
    const { id, runtime, path: cgroupPath } = shown;
    return { name: shortId(id), id, runtime, ...(this.#byPath.get(cgroupPath) ?? this.#byId.get(id)), cgroupPath };
  }

  #remember(identity: Identity): void {
    this.#provisional.delete(identity.cgroupId);
    this.#identities.set(identity.cgroupId, identity);
    if (this.#identities.size > MAX_IDENTITIES) this.#identities.delete(this.#identities.keys().next().value!);
  }
}
