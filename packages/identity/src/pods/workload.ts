import type { OwnerReference } from '@waggle/kube';
import type { PodIdentity, Workload } from '../identity.ts';

/** The short names of kubectl; `kubectl api-resources`. */
const SHORT_KINDS: Readonly<Record<string, string>> = {
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  ReplicaSet: 'rs',
  ReplicationController: 'rc',
  Job: 'job',
  CronJob: 'cronjob',
  Pod: 'pod',
};

/** Further names that kubectl takes. Plurals are the kind and an `s`. */
const OTHER_NAMES: Readonly<Record<string, string>> = { po: 'Pod', cj: 'CronJob' };

/** A CronJob's controller calls its Jobs by itself and the scheduled time, in minutes (before Kubernetes 1.21: seconds) since the epoch. */
const SCHEDULED_JOB = /^(.+)-\d{8,10}$/;

/**
 * Whom a pod belongs to, by the reference to its controller and without asking anybody. A Deployment's ReplicaSets end in the
 * `pod-template-hash` that their pods are labelled with. Of a Job this is a guess by its name: `isGuess`.
 */
export function workloadOf(
  owners: readonly OwnerReference[],
  labels: Readonly<Record<string, string>>,
): { readonly workload: Workload; readonly isGuess: boolean } | undefined {
  const owner = owners.find(({ controller }) => controller === true);
  // A static pod's copy in the API belongs to its node.
  if (owner === undefined || owner.kind === 'Node') return undefined;
  const { kind, name } = owner;
  const hash = labels['pod-template-hash'];
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`) && name.length > hash.length + 1) {
    return { workload: { kind: 'Deployment', name: name.slice(0, -hash.length - 1) }, isGuess: false };
  }
  if (kind !== 'Job') return { workload: { kind, name }, isGuess: false };
  return { workload: ofJob(name), isGuess: true };
}

/**
 * Whom a pod belongs to, by its name and the labels that controllers put on their pods: what a runtime knows. Undefined also where they tell
 * nothing.
 */
export function guessWorkload(podName: string, labels: Readonly<Record<string, string>>): Workload | undefined {
  const job = labels['batch.kubernetes.io/job-name'] ?? labels['job-name'];
  if (job !== undefined) return ofJob(job);
  const owner = /^(.+)-[^-]+$/.exec(podName)?.[1];
  if (owner === undefined) return undefined;
  const hash = labels['pod-template-hash'];
  if (hash !== undefined && owner.endsWith(`-${hash}`))
    return { kind: 'Deployment', name: owner.slice(0, -hash.length - 1) };
  if (labels['statefulset.kubernetes.io/pod-name'] === podName) return { kind: 'StatefulSet', name: owner };
  return labels['controller-revision-hash'] === undefined ? undefined : { kind: 'DaemonSet', name: owner };
}

function ofJob(name: string): Workload {
  const cronJob = SCHEDULED_JOB.exec(name)?.[1];
  return cronJob === undefined ? { kind: 'Job', name } : { kind: 'CronJob', name: cronJob };
}

/** What people call it: `deploy/cart`; `pod/debug` for a bare pod; kinds of others in lower case, `rollout/cart`. */
export function workloadName({ name, workload }: Pick<PodIdentity, 'name' | 'workload'>): string {
  if (workload === undefined) return `pod/${name}`;
  return `${SHORT_KINDS[workload.kind] ?? workload.kind.toLowerCase()}/${workload.name}`;
}

/** A workload as a user writes it, as kubectl takes it (`deploy/cart`, `deployments.apps/cart`), in the form of `workloadName`. */
export function normalizeWorkloadName(written: string): string | undefined {
  const [, type, name] = /^([a-z]+)(?:\.[a-z0-9.-]+)?\/([^/\s]+)$/.exec(written) ?? [];
  if (type === undefined || name === undefined) return undefined;
  return `${shortKindOf(type)}/${name}`;
}

function shortKindOf(type: string): string {
  const singular = type.replace(/s$/, '');
  for (const [kind, short] of Object.entries(SHORT_KINDS)) {
    const long = kind.toLowerCase();
    if (type === short || singular === short || type === long || singular === long) return short;
  }
  const other = OTHER_NAMES[type];
  return other === undefined ? type : SHORT_KINDS[other]!;
}
