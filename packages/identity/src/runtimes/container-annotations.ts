import { SANDBOX_NAME } from './container.ts';

/** Annotations that name a container, best first: containerd's CRI plugin, CRI-O, nerdctl. */
const NAMES: readonly string[] = ['io.kubernetes.cri.container-name', 'io.kubernetes.container.name', 'nerdctl/name'];
/** What containerd's and CRI-O's CRI say that it is: `sandbox` holds a pod's namespaces, and is none of its containers. */
const TYPES: readonly string[] = ['io.kubernetes.cri.container-type', 'io.kubernetes.cri-o.ContainerType'];
const IMAGES: readonly string[] = ['io.kubernetes.cri.image-name', 'io.kubernetes.cri-o.ImageName'];
const POD_UIDS: readonly string[] = ['io.kubernetes.cri.sandbox-uid', 'io.kubernetes.pod.uid'];

/** What the OCI annotations of a container say of it. */
export interface AnnotatedContainer {
  readonly name?: string;
  readonly image?: string;
  readonly podUid?: string;
}

/** Reads what runtimes write into OCI annotations for themselves; values that are no texts do not count. */
export function readAnnotations(annotations: Readonly<Record<string, unknown>>): AnnotatedContainer {
  const find = (keys: readonly string[]): string | undefined => {
    for (const key of keys) {
      const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
      if (typeof value === 'string' && value !== '') return value;
    }
    return undefined;
  };
  const isSandbox = TYPES.some((key) => annotations[key] === 'sandbox');
  const name = isSandbox ? SANDBOX_NAME : find(NAMES);
  const image = isSandbox ? undefined : find(IMAGES);
  const podUid = find(POD_UIDS);
  return {
    ...(name === undefined ? {} : { name }),
    ...(image === undefined ? {} : { image }),
    ...(podUid === undefined ? {} : { podUid }),
  };
}
