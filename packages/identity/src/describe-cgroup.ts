import type { CgroupMeaning } from './container-path.ts';
import type { ContainerIdentity, Identity } from './identity.ts';
import type { PodFacts } from './pods/pod-facts.ts';
import { type ContainerInfo, shortId } from './runtimes/container.ts';

/** Everything that the identity of one cgroup is made of. */
export interface CgroupKnowledge {
  readonly cgroupId: bigint;
  readonly path: string;
  readonly node: string | undefined;
  readonly meaning: CgroupMeaning;
  readonly container: ContainerInfo | undefined;
  readonly pod: PodFacts | undefined;
  /** What was said of it until now: what the sources have forgotten since still holds. */
  readonly before: Identity | undefined;
}

/** Puts together what the path says, what runtimes say and what Kubernetes says. */
export function describeCgroup(knowledge: CgroupKnowledge): Identity {
  const { cgroupId, path, node, meaning, before } = knowledge;
  const container = containerIdentity(knowledge);
  const podUid = knowledge.pod?.cgroupUid ?? before?.podUid ?? meaning.pods?.at(-1)?.uid;
  const pod = knowledge.pod?.identity ?? before?.pod;
  const { unit } = meaning;
  return {
    cgroupId,
    path,
    ...(node === undefined ? {} : { node }),
    ...(container === undefined ? {} : { container }),
    ...(podUid === undefined ? {} : { podUid }),
    ...(pod === undefined ? {} : { pod }),
    ...(unit === undefined ? {} : { unit }),
    name: container?.name ?? pod?.name ?? unit ?? path,
  };
}

function containerIdentity({ container, pod, before }: CgroupKnowledge): ContainerIdentity | undefined {
  if (container === undefined) return before?.container;
  const { id, runtime } = container;
  const known = before?.container?.id === id ? before.container : undefined;
  const ofPod = pod?.containers.find((one) => one.id === id);
  const name = ofPod?.name ?? (container.name === shortId(id) ? (known?.name ?? container.name) : container.name);
  // The manifest's words for the image are those that people know.
  const image = pod?.containers.find((one) => one.name === name)?.image ?? container.image ?? known?.image;
  return { id, name, runtime, ...(image === undefined ? {} : { image }) };
}

/** Whether nothing that anybody is told has changed. */
export function isSameIdentity(a: Identity, b: Identity): boolean {
  return (
    a.pod === b.pod &&
    a.podUid === b.podUid &&
    a.container?.id === b.container?.id &&
    a.container?.name === b.container?.name &&
    a.container?.image === b.container?.image &&
    a.container?.runtime === b.container?.runtime &&
    a.name === b.name &&
    a.path === b.path
  );
}
