import { type LabelSelector, matchesNames, matchesSelector, parseLabelSelector, parseNameList } from '@waggle/kube';
import { readCgroupPath } from '../container-path.ts';
import type { Identity, PodIdentity } from '../identity.ts';
import { SANDBOX_NAME, shortId } from '../runtimes/container.ts';
import { normalizeWorkloadName, workloadName } from './workload.ts';

/**
 * Which pods, and which of their containers: all conditions that are given must hold. In lists a name takes what is called so, and `!name`
 * leaves it; a list of exclusions alone takes all others.
 */
export interface PodTarget {
  readonly namespaces?: readonly string[];
  readonly pods?: readonly string[];
  /** `deploy/cart`, `sts/db`, `pod/debug`, … */
  readonly workloads?: readonly string[];
  readonly containers?: readonly string[];
  /** Of labels, in Kubernetes' grammar. */
  readonly selector?: string;
}

/** A target that says nothing that could be looked for. */
export class PodTargetError extends Error {
  override readonly name = 'PodTargetError';
  readonly code: 'INVALID_SELECTOR' | 'INVALID_WORKLOAD';

  constructor(code: PodTargetError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A target, ready to be asked. */
export interface PodFilter {
  /** Whether single containers are meant, and not whole pods. */
  readonly isPerContainer: boolean;
  /** Whether this is the own cgroup of a pod that is meant, or of such a container. */
  takes(identity: Identity): boolean;
  /** Whether it is a pod's, of the namespaces that the target is limited to. */
  isInScope(identity: Identity): boolean;
}

/** @throws PodTargetError */
export function podFilter(target: PodTarget): PodFilter {
  const namespaces = parseNameList(target.namespaces ?? []);
  const pods = parseNameList(target.pods ?? []);
  const workloads = parseNameList((target.workloads ?? []).map(parseWorkload));
  const containers = parseNameList(target.containers ?? []);
  const selector = parseSelector(target.selector ?? '');
  const isPerContainer = containers.include.length + containers.exclude.length > 0;
  const takesPod = (pod: PodIdentity): boolean =>
    matchesNames(namespaces, pod.namespace) &&
    matchesNames(pods, pod.name) &&
    // A pod of a Deployment can be called by its own name, too.
    (matchesNames(workloads, workloadName(pod)) || workloads.include.includes(`pod/${pod.name}`)) &&
    !workloads.exclude.includes(`pod/${pod.name}`) &&
    matchesSelector(selector, pod.labels);
  return {
    isPerContainer,
    takes(identity) {
      const { pod, container } = identity;
      if (pod === undefined || !takesPod(pod)) return false;
      if (!isPerContainer) return isPodCgroup(identity);
      // One whose name nobody has told yet is not known to be meant.
      const isNamed = container !== undefined && container.name !== shortId(container.id);
      return (
        isNamed &&
        container.name !== SANDBOX_NAME &&
        isPodContainer(identity) &&
        matchesNames(containers, container.name)
      );
    },
    isInScope: ({ pod }) => pod !== undefined && matchesNames(namespaces, pod.namespace),
  };
}

function parseWorkload(written: string): string {
  const name = written.trim().replace(/^!\s*/, '');
  const normal = normalizeWorkloadName(name);
  if (normal !== undefined) return written.trim().startsWith('!') ? `!${normal}` : normal;
  throw new PodTargetError(
    'INVALID_WORKLOAD',
    `no workload is called "${name}": expected a kind and a name, such as deploy/cart`,
  );
}

function parseSelector(text: string): LabelSelector {
  const { selector, problem } = parseLabelSelector(text);
  if (selector !== undefined) return selector;
  throw new PodTargetError('INVALID_SELECTOR', `label selector "${text}": ${problem.message}`);
}

/** The kubelet's cgroup for the pod, which is there before the pod's containers, and above them. */
function isPodCgroup({ path, podUid }: Identity): boolean {
  return readCgroupPath(path).pods?.some((pod) => pod.path === path && pod.uid === podUid) === true;
}

/** Directly in its pod: not a container that runs in a container of it. */
function isPodContainer({ path, podUid }: Identity): boolean {
  const { container, pods } = readCgroupPath(path);
  const pod = pods?.find(({ uid }) => uid === podUid);
  if (container?.path !== path || pod === undefined) return false;
  return path === pod.path || path.slice(0, path.lastIndexOf('/')) === pod.path;
}
