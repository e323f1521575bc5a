import { type ContainerInfo, shortId } from '../runtimes/container.ts';

/** Containers that are remembered, those that are gone included. */
const MAX_CONTAINERS = 8192;

/** What the runtimes, and pods, have told of containers. */
export class ContainerStore {
  /** In order of telling: what was told first is forgotten first. */
  readonly #byId = new Map<string, ContainerInfo>();
  readonly #byPath = new Map<string, ContainerInfo>();

  byId(id: string): ContainerInfo | undefined {
    return this.#byId.get(id);
  }

  /** The container whose own cgroup that is. */
  byPath(path: string): ContainerInfo | undefined {
    return this.#byPath.get(path);
  }

  /** Adds to what others have told: a path is runc's to tell, a name Docker's. @returns the ids of those that are not as before. */
  learn(containers: Iterable<ContainerInfo>): string[] {
    const changed: string[] = [];
    for (const container of containers) {
      const before = this.#byId.get(container.id);
      const after = before === undefined ? container : merge(before, container);
      if (before === undefined || !isSame(before, after)) changed.push(container.id);
      this.#put(after);
    }
    return changed;
  }

  #put(container: ContainerInfo): void {
    this.#byId.delete(container.id);
    this.#byId.set(container.id, container);
    if (container.cgroupPath !== undefined) this.#byPath.set(container.cgroupPath, container);
    if (this.#byId.size <= MAX_CONTAINERS) return;
    const [oldest] = this.#byId.values();
    this.#byId.delete(oldest!.id);
    if (oldest!.cgroupPath !== undefined) this.#byPath.delete(oldest!.cgroupPath);
  }
}

function merge(before: ContainerInfo, told: ContainerInfo): ContainerInfo {
  const name = told.name === shortId(told.id) ? before.name : told.name;
  const image = told.image === undefined || isDigest(told.image) ? (before.image ?? told.image) : told.image;
  return { ...before, ...told, name, ...(image === undefined ? {} : { image }) };
}

/** `sha256:…`: right, and of no use to people. */
function isDigest(image: string): boolean {
  return image.startsWith('sha256:');
}

function isSame(a: ContainerInfo, b: ContainerInfo): boolean {
  return (
    a.name === b.name &&
    a.runtime === b.runtime &&
    a.image === b.image &&
    a.podUid === b.podUid &&
    a.cgroupPath === b.cgroupPath
  );
}
