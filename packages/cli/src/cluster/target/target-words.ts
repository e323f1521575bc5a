/** What a word `TYPE/NAME` of the command line means, as kubectl writes types: in full, in the plural, short, with their group. */
export interface TargetWord {
  readonly kind: 'pod' | 'node' | 'workload';
  /** As a trace's target has it: `cart-1`, `!deploy/cart`. */
  readonly entry: string;
}

/** Every way to write a workload's type, and how traces write it. */
const WORKLOADS: Readonly<Record<string, string>> = {
  ...spelled('deploy', 'deployment', 'deployments', 'deployment.apps', 'deployments.apps'),
  ...spelled('sts', 'statefulset', 'statefulsets', 'statefulset.apps', 'statefulsets.apps'),
  ...spelled('ds', 'daemonset', 'daemonsets', 'daemonset.apps', 'daemonsets.apps'),
  ...spelled('rs', 'replicaset', 'replicasets', 'replicaset.apps', 'replicasets.apps'),
  ...spelled('job', 'jobs', 'job.batch', 'jobs.batch'),
  ...spelled('cronjob', 'cronjobs', 'cj', 'cronjob.batch', 'cronjobs.batch'),
};
const PODS: ReadonlySet<string> = new Set(['pod', 'pods', 'po']);
const NODES: ReadonlySet<string> = new Set(['node', 'nodes', 'no']);

function spelled(short: string, ...others: string[]): Record<string, string> {
  return Object.fromEntries([short, ...others].map((spelling) => [spelling, short]));
}

/** Undefined for what is no `TYPE/NAME` of a type that runs containers, or on which they run. */
export function targetWord(word: string): TargetWord | undefined {
  const [, not, type, name] = /^(!?)([a-z.]+)\/([a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/.exec(word) ?? [];
  if (type === undefined) return undefined;
  if (PODS.has(type)) return { kind: 'pod', entry: `${not}${name}` };
  if (NODES.has(type)) return { kind: 'node', entry: `${not}${name}` };
  const short = WORKLOADS[type];
  return short === undefined ? undefined : { kind: 'workload', entry: `${not}${short}/${name}` };
}

/** The types of workloads, as traces write them. */
export const WORKLOAD_TYPES: readonly string[] = [...new Set(Object.values(WORKLOADS))];
