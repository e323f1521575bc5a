import { type KubeClient, type KubeObject, PODS, type ResourceWatch, watchResource } from '@waggle/kube';
import type { Identities } from '../identities.ts';
import { JobOwners } from './job-owners.ts';
import { type PodFacts, type PodObject, readPod } from './pod-facts.ts';

export interface PodSourceOptions {
  readonly client: KubeClient;
  /** Only pods that are bound to it. */
  readonly node: string;
  readonly identities: Identities;
  /** The server is lost, or refuses; it is tried again. */
  readonly onFailure?: (error: Error) => void;
  /** It is there (again). */
  readonly onConnected?: () => void;
}

/** What the watch keeps of a pod: hundreds of bytes in place of ten thousand. */
interface WatchedPod extends KubeObject {
  readonly facts: PodFacts;
}

/** Tells identities of the pods of one node, as the API server has them. Needs `list` and `watch` of pods, and `get` of jobs. */
export class PodSource {
  readonly #identities: Identities;
  readonly #jobs: JobOwners;
  readonly #watch: ResourceWatch<WatchedPod>;
  readonly #closing = new AbortController();

  constructor({ client, node, identities, onFailure, onConnected }: PodSourceOptions) {
    this.#identities = identities;
    this.#jobs = new JobOwners(client, this.#closing.signal);
    this.#watch = watchResource<PodObject & KubeObject, WatchedPod>(client, PODS, {
      fieldSelector: `spec.nodeName=${node}`,
      select: watchedPod,
      listener: {
        added: (pod) => this.#put(pod),
        changed: (pod) => this.#put(pod),
        removed: ({ facts }) => identities.forgetPod(facts.cgroupUid),
        failed: (error) => onFailure?.(error),
        connected: () => onConnected?.(),
      },
    });
  }

  /** Once the first list is in; stays pending until then. */
  get synced(): Promise<void> {
    return this.#watch.synced;
  }

  close(): void {
    this.#closing.abort();
    this.#watch.close();
  }

  /** At once, with the guess of whom its Job belongs to; and again when the Job itself has told. */
  #put(pod: WatchedPod): void {
    const { facts } = pod;
    const { job, identity } = facts;
    this.#identities.learnPod(job === undefined ? facts : withWorkload(facts, this.#jobs.known(job)));
    if (job === undefined || this.#jobs.known(job) !== undefined) return;
    void this.#jobs.ask(identity.namespace, job).then(() => {
      const isCurrent = this.#watch.get(identity.name, identity.namespace) === pod;
      if (isCurrent && !this.#closing.signal.aborted) {
        this.#identities.learnPod(withWorkload(facts, this.#jobs.known(job)));
      }
    });
  }
}

function watchedPod(pod: PodObject & KubeObject): WatchedPod {
  const { name, namespace, uid, resourceVersion } = pod.metadata;
  const metadata = {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return { metadata, facts: readPod(pod) };
}

function withWorkload(facts: PodFacts, workload: PodFacts['identity']['workload']): PodFacts {
  return workload === undefined ? facts : { ...facts, identity: { ...facts.identity, workload } };
}
