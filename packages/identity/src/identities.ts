import { CgroupTree } from './cgroup-tree.ts';
import { ContainerError } from './container-error.ts';
import { type CgroupMeaning, isKubepodsRoot, readCgroupPath } from './container-path.ts';
import { ContainerNamer } from './containers/container-namer.ts';
import { ContainerStore } from './containers/container-store.ts';
import { describeCgroup, isSameIdentity } from './describe-cgroup.ts';
import type { Identity, PodIdentity } from './identity.ts';
import { type CgroupLevels, levelsOf } from './levels.ts';
import { matchContainer } from './match-container.ts';
import { Members } from './members.ts';
import type { PodFacts } from './pods/pod-facts.ts';
import { type PodOrigin, PodStore } from './pods/pod-store.ts';
import { type ContainerInfo, shortId } from './runtimes/container.ts';
import { LocalRuntimes, type RuntimePlaces, USUAL_PLACES } from './runtimes/local-runtimes.ts';

/** Told of the cgroups of pods and of containers, at once. What it throws goes to whoever told us. */
export interface IdentityListener {
  added(identity: Identity): void;
  changed(identity: Identity, before: Identity): void;
  /** The cgroup is gone. Its identity stays known for a while. */
  removed(identity: Identity): void;
}

/** Whoever tells of cgroups as they come and go, by `cgroupMade` and `cgroupRemoved`. */
export interface CgroupEvents {
  /** As long as the process lives, and so for everybody; others tell for the sake of one trace. */
  readonly isLasting: boolean;
  /** Tells at once what has happened until now. */
  drain(): void;
}

export interface IdentitiesOptions {
  readonly places?: RuntimePlaces;
  /** How the runtimes see the tree, where that differs from how we do. */
  readonly runtimeMount?: CgroupTree['mount'];
  /** What Kubernetes calls this machine. */
  readonly node?: string;
}

/** Cgroups other than those of `known`, and those that are gone: forgotten in the order of being met. */
const MAX_OTHERS = 16_384;
/** runc's states are read again for cgroups of unknown shape, which may come in bursts. */
const MIN_LIST_INTERVAL_MS = 500;

/**
 * What cgroup ids mean on this machine: here everything comes together that paths of cgroups, container runtimes and Kubernetes
 * tell. Whoever knows something tells it (`learn…`, `cgroupMade`, …); whoever wants to know asks, or listens.
 *
 * Alone, it answers from the tree and what runtimes keep in files. With cgroup events it knows of cgroups before anything runs in them.
 */
export class Identities {
  readonly tree: CgroupTree;
  /** What Kubernetes calls this machine. */
  readonly node: string | undefined;
  readonly #runtimes: LocalRuntimes;
  readonly #namer: ContainerNamer;
  readonly #containers = new ContainerStore();
  readonly #pods = new PodStore();
  readonly #members = new Members();
  /** With the state of knowledge that each was told from. */
  readonly #others = new Map<bigint, { readonly identity: Identity; readonly version: number }>();
  readonly #kubepodsRoots = new Set<string>();
  readonly #listeners = new Set<IdentityListener>();
  readonly #events = new Set<CgroupEvents>();
  #version = 0;
  #lastListMs = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(tree: CgroupTree = new CgroupTree(), options: IdentitiesOptions = {}) {
    this.tree = tree;
    this.node = options.node;
    this.#runtimes = new LocalRuntimes(options.runtimeMount ?? tree.mount, options.places ?? USUAL_PLACES);
    this.#namer = new ContainerNamer(this.#runtimes, (containers) => this.learnContainers(containers));
  }

  // Who wants to know -----------------------------------------------------------------------------------------------------

  /** At once, from what is known and what files tell. A container whose name nobody has told yet is called by its short id. */
  lookup(cgroupId: bigint): Identity | undefined {
    const known = this.#knownOf(cgroupId);
    if (known !== undefined) return this.#withName(known);
    this.#drain();
    const path = this.tree.pathOf(cgroupId);
    if (path === undefined) return undefined;
    return this.#members.get(cgroupId) ?? this.#withName(this.#meet(cgroupId, path));
  }

  /** The cgroups of pods, and of containers, that exist now. */
  known(): Iterable<Identity> {
    if (this.#events.size === 0) this.resync();
    else this.#drain();
    return this.#members.all();
  }

  /** Tells of every change to `known` from now on. Without cgroup events, only what others tell, and find, is noticed. */
  subscribe(listener: IdentityListener): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }

  /** Whether cgroup events come for as long as anybody can want them. */
  get hasLastingEvents(): boolean {
    return [...this.#events].some(({ isLasting }) => isLasting);
  }

  /** Where pods' and containers' cgroups are in the tree, and will be. */
  levels(): CgroupLevels {
    return levelsOf([...this.known()], this.#kubepodsRoots, (path) => this.tree.level(path));
  }

  /** The pods that Kubernetes has on this node. */
  *pods(): Iterable<PodIdentity> {
    for (const { identity } of this.#pods.live()) yield identity;
  }

  /** Asks every local runtime for its containers, after an asking that is under way. Never fails: who does not answer has none. */
  refresh(): Promise<void> {
    const next = (this.#refreshing ?? Promise.resolve()).then(async () => {
      this.learnContainers(await this.#runtimes.listOthers());
      this.#listRunc();
    });
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

  // Who knows something ---------------------------------------------------------------------------------------------------

  /** From now on `events` tells of cgroups; what is there already is found at once. */
  attachEvents(events: CgroupEvents): { close(): void } {
    this.#events.add(events);
    this.resync();
    return { close: () => void this.#events.delete(events) };
  }

  /** A cgroup that is there: known already or not. */
  cgroupMade(cgroupId: bigint, path: string): void {
    if (this.#members.has(cgroupId)) return;
    this.tree.learn(cgroupId, path);
    if (isKubepodsRoot(path)) this.#kubepodsRoots.add(path);
    const meaning = readCgroupPath(path);
    const container = this.#containerAt(path, meaning);
    const isContainer = container !== undefined && path === container.cgroupPath;
    if (!isContainer && !meaning.pods?.some((pod) => pod.path === path)) return;
    if (isContainer && container.name === shortId(container.id)) this.#readFiles(container.id);
    const identity = this.#describe(cgroupId, path, meaning);
    this.#others.delete(cgroupId);
    this.#members.add(identity, meaning.pods);
    this.#wantName(identity, meaning);
    for (const listener of this.#listeners) listener.added(identity);
  }

  cgroupRemoved(cgroupId: bigint): void {
    const identity = this.#members.get(cgroupId);
    if (identity === undefined) return;
    this.#members.remove(identity, readCgroupPath(identity.path).pods);
    this.#remember(identity);
    for (const listener of this.#listeners) listener.removed(identity);
  }

  /** Finds by a walk of the tree what has come and gone: for a start, and where events were lost. */
  resync(): void {
    const gone = new Set(this.#members.ids());
    for (const path of this.tree.paths()) {
      const id = this.tree.findId(path);
      if (id === undefined) continue;
      gone.delete(id);
      this.cgroupMade(id, path);
    }
    for (const id of gone) this.cgroupRemoved(id);
  }

  /** A pod of this node, as it is now. */
  learnPod(pod: PodFacts, origin: PodOrigin = 'kubernetes'): void {
    if (!this.#pods.put(pod, origin)) return;
    this.#version++;
    this.learnContainers(
      pod.containers.flatMap(({ id, name, runtime = 'containerd' }) =>
        id === undefined ? [] : [{ id, name, runtime, podUid: pod.cgroupUid }],
      ),
    );
    for (const id of this.#members.ofPod(pod.cgroupUid)) this.#update(id);
  }

  /** A pod that Kubernetes has no more. What runs of it is known as before until its cgroup goes, and longer. */
  forgetPod(cgroupUid: string): void {
    this.#pods.bury(cgroupUid);
  }

  learnContainers(containers: readonly ContainerInfo[]): void {
    for (const id of this.#containers.learn(containers)) {
      this.#version++;
      const { name, cgroupPath } = this.#containers.byId(id)!;
      if (name !== shortId(id)) this.#namer.found(id);
      for (const cgroupId of this.#members.ofContainer(id)) this.#update(cgroupId);
      // A container whose cgroup nothing in its path tells of.
      const cgroupId = cgroupPath === undefined ? undefined : this.tree.findId(cgroupPath);
      if (cgroupId !== undefined) this.cgroupMade(cgroupId, cgroupPath!);
    }
  }

  // Putting it together ---------------------------------------------------------------------------------------------------

  #drain(): void {
    for (const events of this.#events) events.drain();
  }

  #knownOf(cgroupId: bigint): Identity | undefined {
    const member = this.#members.get(cgroupId);
    if (member !== undefined) return member;
    const other = this.#others.get(cgroupId);
    if (other === undefined || other.version === this.#version) return other?.identity;
    const { path } = other.identity;
    const identity = this.#describe(cgroupId, path, readCgroupPath(path), other.identity);
    const kept = isSameIdentity(identity, other.identity) ? other.identity : identity;
    // In its place: being asked for does not make a cgroup younger.
    this.#others.set(cgroupId, { identity: kept, version: this.#version });
    return kept;
  }

  /** A cgroup of which nobody has told: one inside a container, a systemd unit, … */
  #meet(cgroupId: bigint, path: string): Identity {
    const meaning = readCgroupPath(path);
    if (!isToldByPath(path, meaning) && performance.now() - this.#lastListMs >= MIN_LIST_INTERVAL_MS) this.#listRunc();
    const identity = this.#describe(cgroupId, path, meaning);
    this.#remember(identity);
    this.#wantName(identity, meaning);
    return identity;
  }

  /** A container that is known by its id alone may have got its name a moment ago. */
  #withName(identity: Identity): Identity {
    const { container, cgroupId } = identity;
    if (container === undefined || container.name !== shortId(container.id)) return identity;
    return this.#namer.tryNow(container.id) ? (this.#knownOf(cgroupId) ?? identity) : identity;
  }

  #wantName({ container }: Identity, { pods }: CgroupMeaning): void {
    if (container === undefined || container.name !== shortId(container.id)) return;
    if (container.runtime === 'waggle' || this.#containers.byId(container.id)?.runtime === 'runc') return;
    this.#namer.want(container.id, container.runtime !== 'containerd' || pods === undefined);
  }

  #update(cgroupId: bigint): void {
    const before = this.#members.get(cgroupId);
    if (before === undefined) return;
    const identity = this.#describe(cgroupId, before.path, readCgroupPath(before.path), before);
    if (isSameIdentity(identity, before)) return;
    this.#members.replace(before, identity);
    for (const listener of this.#listeners) listener.changed(identity, before);
  }

  #describe(cgroupId: bigint, path: string, meaning: CgroupMeaning, before?: Identity): Identity {
    const container = this.#containerAt(path, meaning);
    const pod = this.#podOf(meaning, container);
    return describeCgroup({ cgroupId, path, node: this.node, meaning, container, pod, before });
  }

  /** The outermost pod that is this node's: what a container calls its own cgroups is not to be believed before that. */
  #podOf({ pods = [] }: CgroupMeaning, container: ContainerInfo | undefined): PodFacts | undefined {
    for (const { uid } of pods) {
      const pod = this.#pods.get(uid);
      if (pod !== undefined) return pod;
    }
    const told = pods.length === 0 ? container?.podUid : undefined;
    return told === undefined ? undefined : this.#pods.get(told);
  }

  /** The innermost container that a cgroup belongs to: as a runtime says, or as its path shows. */
  #containerAt(path: string, meaning: CgroupMeaning): ContainerInfo | undefined {
    const shown = meaning.container;
    for (let at = path; at.length > (shown?.path.length ?? 1); at = at.slice(0, at.lastIndexOf('/'))) {
      const told = this.#containers.byPath(at);
      if (told !== undefined) return told;
    }
    if (shown === undefined) return undefined;
    const { id, runtime, path: cgroupPath } = shown;
    const told = this.#containers.byPath(cgroupPath) ?? this.#containers.byId(id);
    return { name: shortId(id), id, runtime, ...told, cgroupPath };
  }

  /** What files tell of a container that is about to start, before anybody hears of it. */
  #readFiles(id: string): void {
    const told = this.#runtimes.read(id);
    if (told !== undefined && this.#containers.learn([told]).length > 0) this.#version++;
  }

  #listRunc(): void {
    this.#lastListMs = performance.now();
    this.learnContainers(this.#runtimes.listRunc());
  }

  #running(): ContainerInfo[] {
    const running = new Map<string, ContainerInfo>();
    for (const path of this.tree.paths()) {
      const container = this.#containerAt(path, readCgroupPath(path));
      if (container !== undefined && !running.has(container.id)) running.set(container.id, container);
    }
    return [...running.values()];
  }

  #remember(identity: Identity): void {
    this.#others.delete(identity.cgroupId);
    this.#others.set(identity.cgroupId, { identity, version: this.#version });
    if (this.#others.size > MAX_OTHERS) this.#others.delete(this.#others.keys().next().value!);
  }
}

/** Whether runc's states have nothing to add to a path: they tell of containers in cgroups of any shape. */
function isToldByPath(path: string, { container, pods }: CgroupMeaning): boolean {
  return (
    path === '/' ||
    container !== undefined ||
    pods !== undefined ||
    path.includes('.slice') ||
    path.includes('kubepods')
  );
}
