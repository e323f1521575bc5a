import type { CgroupMeaning } from './container-path.ts';
import type { Identity } from './identity.ts';

/** The cgroups of pods and containers that exist, found by id, pod and container. */
export class Members {
  readonly #identities = new Map<bigint, Identity>();
  readonly #byPod = new Map<string, Set<bigint>>();
  readonly #byContainer = new Map<string, Set<bigint>>();

  get(cgroupId: bigint): Identity | undefined {
    return this.#identities.get(cgroupId);
  }

  has(cgroupId: bigint): boolean {
    return this.#identities.has(cgroupId);
  }

  ids(): Iterable<bigint> {
    return this.#identities.keys();
  }

  all(): Iterable<Identity> {
    return this.#identities.values();
  }

  ofPod(uid: string): readonly bigint[] {
    return [...(this.#byPod.get(uid) ?? [])];
  }

  ofContainer(id: string): readonly bigint[] {
    return [...(this.#byContainer.get(id) ?? [])];
  }

  /** @param pods all that its path names, also those that it does not count to (yet). */
  add(identity: Identity, pods: CgroupMeaning['pods']): void {
    this.#identities.set(identity.cgroupId, identity);
    for (const { uid } of pods ?? []) enter(this.#byPod, uid, identity.cgroupId);
    if (identity.container !== undefined) enter(this.#byContainer, identity.container.id, identity.cgroupId);
  }

  /** The same cgroup, with more known of it. */
  replace(before: Identity, after: Identity): void {
    this.#identities.set(after.cgroupId, after);
    if (before.container?.id === after.container?.id) return;
    if (before.container !== undefined) leave(this.#byContainer, before.container.id, before.cgroupId);
    if (after.container !== undefined) enter(this.#byContainer, after.container.id, after.cgroupId);
  }

  remove(identity: Identity, pods: CgroupMeaning['pods']): void {
    this.#identities.delete(identity.cgroupId);
    for (const { uid } of pods ?? []) leave(this.#byPod, uid, identity.cgroupId);
    if (identity.container !== undefined) leave(this.#byContainer, identity.container.id, identity.cgroupId);
  }
}

function enter(index: Map<string, Set<bigint>>, key: string, cgroupId: bigint): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([cgroupId]));
  else ids.add(cgroupId);
}

function leave(index: Map<string, Set<bigint>>, key: string, cgroupId: bigint): void {
  const ids = index.get(key);
  if (ids?.delete(cgroupId) === true && ids.size === 0) index.delete(key);
}
