import { isDeepStrictEqual } from 'node:util';
import type { PodFacts } from './pod-facts.ts';

/** Kubernetes knows owners and labels of today; a runtime, what the pod had when it was made. */
export type PodOrigin = 'kubernetes' | 'runtime';

/** Pods that are gone and still known: late events, and cgroups that go after their pod. */
const MAX_GONE = 2048;
/** What only the runtime told, which does not say when pods go. */
const MAX_OF_RUNTIME = 2048;

/** The pods of this node, by what their cgroups are called by. */
export class PodStore {
  readonly #live = new Map<string, PodFacts>();
  readonly #ofRuntime = new Map<string, PodFacts>();
  readonly #gone = new Map<string, PodFacts>();

  get(cgroupUid: string): PodFacts | undefined {
    return this.#live.get(cgroupUid) ?? this.#ofRuntime.get(cgroupUid) ?? this.#gone.get(cgroupUid);
  }

  /** Those that Kubernetes has now. */
  live(): Iterable<PodFacts> {
    return this.#live.values();
  }

  /** @returns whether anything of it is new. */
  put(pod: PodFacts, origin: PodOrigin): boolean {
    const uid = pod.cgroupUid;
    const before = this.get(uid);
    // Kubernetes' word stands, also of a pod that it has deleted.
    if (origin === 'runtime' && (this.#live.has(uid) || this.#gone.has(uid))) return false;
    const isSame = before !== undefined && isDeepStrictEqual(before.identity, pod.identity);
    // The same object as before where nothing has changed: it is what identities are compared by.
    const kept = isSame ? { ...pod, identity: before.identity } : pod;
    this.#gone.delete(uid);
    if (origin === 'runtime') {
      remember(this.#ofRuntime, uid, kept, MAX_OF_RUNTIME);
    } else {
      this.#ofRuntime.delete(uid);
      this.#live.set(uid, kept);
    }
    return !isSame || !isDeepStrictEqual(before.containers, pod.containers);
  }

  /** It is not in the API any more; its processes may be. */
  bury(cgroupUid: string): void {
    const pod = this.#live.get(cgroupUid);
    if (pod === undefined) return;
    this.#live.delete(cgroupUid);
    remember(this.#gone, cgroupUid, pod, MAX_GONE);
  }
}

function remember(pods: Map<string, PodFacts>, uid: string, pod: PodFacts, limit: number): void {
  pods.delete(uid);
  pods.set(uid, pod);
  if (pods.size > limit) pods.delete(pods.keys().next().value!);
}
