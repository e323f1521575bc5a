/** Who runs a container, as far as the path of its cgroup tells. */
export type ContainerRuntime = 'docker' | 'containerd' | 'crio' | 'podman' | 'runc' | 'lxc' | 'nspawn' | 'waggle';

/** What the path of a cgroup says by itself, without asking anyone. */
export interface CgroupMeaning {
  readonly container?: {
    readonly id: string;
    readonly runtime: ContainerRuntime;
    /** The container's own cgroup: a prefix of the path, which may be that of a cgroup inside the container. */
    readonly path: string;
  };
  /** The Kubernetes pods that it is in, the outer before the inner; there is more than one where a cluster runs in a pod. */
  readonly pods?: readonly { readonly uid: string; readonly path: string }[];
  /** The innermost systemd service, scope or other unit; a slice only where there is nothing in it. */
  readonly unit?: string;
}

/** The folder of the cgroups that waggle makes for commands. */
export const WORKLOADS_PATH = '/waggle';

/** systemd's scopes of containers: `PREFIX-ID.scope`. */
const SCOPE_PREFIXES: Readonly<Record<string, ContainerRuntime>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'crio',
  libpod: 'podman',
  runc: 'runc',
};

const SCOPE = new RegExp(`^(${Object.keys(SCOPE_PREFIXES).join('|')})-([^.]+)\\.scope$`);
/** containerd with the systemd driver left off: `…-podUID.slice:cri-containerd:ID`, one folder. */
const COLON_SCOPE = /:(cri-containerd|docker|crio):([0-9a-f]{64})$/;
const PLAIN_ID = /^[0-9a-f]{64}$/;
const POD_UID =
  /(?:^|-)pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice|$|\.slice:)/;
const UNIT = /^[^/]+\.(?:service|scope|mount|socket|swap)$/;

/**
 * Reads the path of a cgroup as the runtimes lay them out, both with the `cgroupfs` and with the `systemd` driver: Docker,
 * containerd (CRI, nerdctl), CRI-O, Podman, runc, LXC, systemd-nspawn, and systemd's units. A container in a container: the inner one.
 */
export function readCgroupPath(path: string): CgroupMeaning {
  const parts = path.split('/').filter((part) => part !== '');
  const container = innermost(parts, (part, index) => containerOf(part, parts.slice(0, index)));
  const pods = podsOf(parts);
  const unit = unitOf(parts);
  return {
    ...(container === undefined ? {} : { container: { ...container.value, path: pathOf(parts, container.index) } }),
    ...(pods.length === 0 ? {} : { pods }),
    ...(unit === undefined ? {} : { unit }),
  };
}

/** UIDs with dashes, as the API has them. */
function podsOf(parts: readonly string[]): { readonly uid: string; readonly path: string }[] {
  return parts.flatMap((part, index) => {
    const uid = POD_UID.exec(part)?.[1]?.replaceAll('_', '-');
    return uid === undefined ? [] : [{ uid, path: pathOf(parts, index) }];
  });
}

function pathOf(parts: readonly string[], index: number): string {
  return `/${parts.slice(0, index + 1).join('/')}`;
}

/** The kubelet's cgroup above all pods of a node: `kubepods`, `kubepods.slice`, `kubelet-kubepods.slice` in a node that is a container. */
const KUBEPODS = /^(?:.+-)?kubepods(?:\.slice)?$/;

/** Whether all pods of a node live below it: one level down (guaranteed ones), or two (the others, by their class of service). */
export function isKubepodsRoot(path: string): boolean {
  return KUBEPODS.test(path.slice(path.lastIndexOf('/') + 1));
}

type Found = { readonly id: string; readonly runtime: ContainerRuntime };

function containerOf(part: string, parents: readonly string[]): Found | undefined {
  const scope = SCOPE.exec(part) ?? COLON_SCOPE.exec(part);
  // `crio-conmon-ID.scope` and `libpod-conmon-ID.scope` hold the container's monitor, which is not in the container.
  if (scope !== null)
    return scope[2]!.startsWith('conmon-') ? undefined : { runtime: SCOPE_PREFIXES[scope[1]!]!, id: scope[2]! };
  return plainFolder(part, parents) ?? machine(part);
}

/** The `cgroupfs` driver: a folder that is named by the id, in one that tells the runtime. */
function plainFolder(part: string, parents: readonly string[]): Found | undefined {
  const parent = parents.at(-1);
  const prefixed = /^(crio|libpod)-([0-9a-f]{64})$/.exec(part);
  if (prefixed !== null) return { runtime: SCOPE_PREFIXES[prefixed[1]!]!, id: prefixed[2]! };
  if (parents.length === 1 && `/${parent}` === WORKLOADS_PATH) return { runtime: 'waggle', id: part };
  if (!PLAIN_ID.test(part)) return undefined;
  if (parent === 'docker' || parents.includes('ecs')) return { runtime: 'docker', id: part };
  // Kubernetes does not write the runtime into these; without a prefix it is containerd, or dockershim before 1.24.
  return { runtime: parent === undefined ? 'runc' : 'containerd', id: part };
}

function machine(part: string): Found | undefined {
  const lxc = /^lxc\.payload\.(.+)$/.exec(part);
  if (lxc !== null) return { runtime: 'lxc', id: lxc[1]! };
  const nspawn = /^systemd-nspawn@(.+)\.service$/.exec(part);
  return nspawn === null ? undefined : { runtime: 'nspawn', id: nspawn[1]! };
}

function unitOf(parts: readonly string[]): string | undefined {
  const unit = innermost(parts, (part) => (UNIT.test(part) ? part : undefined));
  return unit?.value ?? innermost(parts, (part) => (part.endsWith('.slice') ? part : undefined))?.value;
}

/** The last part that `read` has an answer for. */
function innermost<T>(
  parts: readonly string[],
  read: (part: string, index: number) => T | undefined,
): { readonly value: T; readonly index: number } | undefined {
  for (let index = parts.length - 1; index >= 0; index--) {
    const value = read(parts[index]!, index);
    if (value !== undefined) return { value, index };
  }
  return undefined;
}
