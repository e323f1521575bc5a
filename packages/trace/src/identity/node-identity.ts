import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CgroupMount,
  CgroupTree,
  CriSource,
  findCgroupMount,
  findCriSocket,
  Identities,
  PodSource,
  type PodSourceOptions,
  placesBelow,
} from '@waggle/identity';
import { MachineFacts } from '../machine/machine-facts.ts';
import { ownCgroupAncestors } from '../machine/own-cgroup-ancestors.ts';
import { CgroupWatch } from './cgroup-watch.ts';

export interface NodeIdentityOptions {
  /** What Kubernetes calls this machine. */
  readonly node: string;
  /** Where the host's files are: its cgroups, its runtimes' sockets. Default `/`. */
  readonly hostRoot?: string;
  /** Where its cgroups are. Absent: in the usual place below `hostRoot`. */
  readonly cgroupMount?: CgroupMount;
  /** For the pods of this node; it is not closed here. Absent: what the runtime says of them. */
  readonly kube?: PodSourceOptions['client'];
  /** Of the Container Runtime Interface. Absent: looked for in the usual places; false: none. */
  readonly criSocket?: string | false;
  /** Shared with the traces of a process. */
  readonly facts?: MachineFacts;
  /** A source fails; told once until it works again. */
  readonly onProblem?: (problem: IdentityProblem) => void;
}

/** What cannot be known for the time being; everything else goes on. */
export interface IdentityProblem {
  readonly source: 'kubernetes' | 'cri' | 'cgroup-events';
  readonly message: string;
  readonly cause: unknown;
}

/** A server that is not there must not keep a node's traces waiting: names come when it does. */
const FIRST_LIST_TIMEOUT_MS = 5000;

/**
 * What the cgroups of this node are, from all sources, for as long as an agent lives.
 *
 * Cgroup events come first, so that nothing falls between them and the first walk of the tree; then pods, then containers' names.
 */
export class NodeIdentity implements AsyncDisposable {
  readonly node: string;
  readonly identities: Identities;
  readonly #watch: CgroupWatch;
  readonly #pods: PodSource | undefined;
  readonly #cri: CriSource | undefined;
  readonly #broken = new Set<IdentityProblem['source']>();
  #podsSynced = false;

  /**
   * Resolves once the node's pods are known, or the server has been waited for long enough.
   *
   * @throws CgroupError `NO_CGROUP_V2`; TraceError where the kernel refuses to tell of cgroups
   */
  static async open(options: NodeIdentityOptions): Promise<NodeIdentity> {
    const identity = new NodeIdentity(options);
    await Promise.all([identity.#firstPods(), identity.#cri?.ready]);
    return identity;
  }

  private constructor(options: NodeIdentityOptions) {
    const { node, hostRoot = '/', kube, facts = new MachineFacts(), onProblem } = options;
    this.node = node;
    const tree = openTree(options.cgroupMount ?? findCgroupMount(hostRoot));
    this.identities = new Identities(tree, { node, ...placesBelow(hostRoot, tree.mount) });
    const { identities } = this;
    const failing = (source: IdentityProblem['source']) => (cause: unknown) => {
      if (this.#broken.has(source)) return;
      this.#broken.add(source);
      onProblem?.({ source, message: cause instanceof Error ? cause.message : String(cause), cause });
    };
    const working = (source: IdentityProblem['source']) => () => void this.#broken.delete(source);
    this.#watch = new CgroupWatch({ identities, facts, isLasting: true, onFailure: failing('cgroup-events') });
    const socketPath = options.criSocket ?? findCriSocket(hostRoot);
    if (socketPath !== undefined && socketPath !== false) {
      this.#cri = new CriSource({ socketPath, identities, onFailure: failing('cri'), onConnected: working('cri') });
    }
    if (kube === undefined) return;
    const reports = { onFailure: failing('kubernetes'), onConnected: working('kubernetes') };
    this.#pods = new PodSource({ client: kube, node, identities, ...reports });
    void this.#pods.synced.then(() => {
      this.#podsSynced = true;
    });
  }

  /** Whether the API server has told of this node's pods. */
  get podsSynced(): boolean {
    return this.#podsSynced;
  }

  /** Running traces keep what they know, and learn nothing more. */
  async close(): Promise<void> {
    this.#pods?.close();
    await this.#cri?.close();
    this.#watch.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #firstPods(): Promise<void> {
    if (this.#pods === undefined) return;
    const waiting = new AbortController();
    const timeout = sleep(FIRST_LIST_TIMEOUT_MS, undefined, { signal: waiting.signal }).catch(() => {});
    await Promise.race([this.#pods.synced, timeout]);
    waiting.abort();
  }
}

/** Seen from a pod, the host's tree has no more above it than the host itself sees, which may be a container. */
function openTree(mount: CgroupMount): CgroupTree {
  const tree = new CgroupTree(mount);
  const hiddenLevels = ownCgroupAncestors().indexOf(tree.cgroupId(tree.mount.root));
  return hiddenLevels <= 0 || tree.mount.root !== '/' ? tree : new CgroupTree({ ...tree.mount, hiddenLevels });
}

/** See `NodeIdentity`. */
export function openNodeIdentity(options: NodeIdentityOptions): Promise<NodeIdentity> {
  return NodeIdentity.open(options);
}
