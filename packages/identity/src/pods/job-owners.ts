import { type KubeClient, KubeError, type KubeObject, type ResourceType, resourcePath } from '@waggle/kube';
import type { Workload } from '../identity.ts';
import type { PodFacts } from './pod-facts.ts';

const JOBS: ResourceType = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', isNamespaced: true };
/** Only the metadata: a Job carries a whole pod's template. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** Jobs whose owner is remembered. */
const MAX_JOBS = 2048;

type Job = NonNullable<PodFacts['job']>;

/** Which Jobs belong to a CronJob: one request for each Job, however many pods it makes. */
export class JobOwners {
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  /** By uid. A Job that the server does not tell of has none, and is not asked for again. */
  readonly #known = new Map<string, Workload | undefined>();
  readonly #asked = new Map<string, Promise<void>>();

  /** @param signal ends what is under way. */
  constructor(client: KubeClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Whom the Job's pods are to be counted to, where that is known: the CronJob, or the Job itself. */
  known({ uid }: Job): Workload | undefined {
    return this.#known.get(uid);
  }

  /** Resolves once `known` will not change any more for now. Never rejects. */
  ask(namespace: string, job: Job): Promise<void> {
    if (this.#known.has(job.uid)) return Promise.resolve();
    const under = this.#asked.get(job.uid);
    if (under !== undefined) return under;
    const asking = this.#request(namespace, job).finally(() => this.#asked.delete(job.uid));
    this.#asked.set(job.uid, asking);
    return asking;
  }

  async #request(namespace: string, { name, uid }: Job): Promise<void> {
    const path = resourcePath(JOBS, { namespace, name });
    try {
      const options = { accept: METADATA_ONLY, signal: this.#signal };
      const { metadata } = await this.#client.request<KubeObject>('GET', path, options);
      const owners = metadata.ownerReferences ?? [];
      // `kubectl create job --from=cronjob/…` says whose it is, and not that it is controlled.
      const owner =
        owners.find(({ controller }) => controller === true) ?? owners.find(({ kind }) => kind === 'CronJob');
      this.#remember(uid, owner === undefined ? { kind: 'Job', name } : { kind: owner.kind, name: owner.name });
    } catch (error) {
      // A refusal stands; a server that is not there may answer the next time.
      if (error instanceof KubeError) this.#remember(uid, undefined);
    }
  }

  #remember(uid: string, workload: Workload | undefined): void {
    this.#known.set(uid, workload);
    if (this.#known.size > MAX_JOBS) this.#known.delete(this.#known.keys().next().value!);
  }
}
