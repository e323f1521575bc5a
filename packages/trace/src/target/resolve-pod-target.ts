import { type Identities, type Identity, type PodTarget, podFilter } from '@waggle/identity';
import type { ResolvedTarget } from './target.ts';

/**
 * Pods of this node, as they come and go: those that match now, and those that will. It is the pod's own cgroup that counts, which the kubelet
 * makes before any container of the pod, so that nothing of them is missed; where the target names containers, theirs. A target
 * that nothing matches waits.
 *
 * @throws PodTargetError of `@waggle/identity`
 */
export function resolvePodTarget(
  target: PodTarget,
  { identities }: { readonly identities: Identities },
): ResolvedTarget {
  const { isPerContainer, takes, isInScope } = podFilter(target);
  const levels = identities.levels();
  return {
    guard: { cgroupLevels: isPerContainer ? levels.podContainers : levels.pods },
    get cgroupIds() {
      return [...identities.known()].filter(takes).map(({ cgroupId }) => cgroupId);
    },
    follow: ({ add, remove }) =>
      identities.subscribe({
        added: (identity) => {
          if (takes(identity)) add([identity.cgroupId]);
        },
        changed: (identity, before) => {
          const is = takes(identity);
          if (is !== takes(before)) (is ? add : remove)([identity.cgroupId]);
        },
        removed: (identity) => {
          if (takes(identity)) remove([identity.cgroupId]);
        },
      }),
    identityScope: (identity: Identity) => isInScope(identity),
    mortals: [],
  };
}
