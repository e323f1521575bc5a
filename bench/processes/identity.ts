/** What knowing whose a cgroup is takes: told of containers that come and go, by events that this process makes up, or by the kernel's own. */
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CgroupTree, Identities } from '@waggle/identity';
import { openNodeIdentity } from '@waggle/trace';
import { givenTask } from '../harness/run-process.ts';

export interface IdentityTask {
  readonly containers: number;
  readonly lookups: number;
}

export interface IdentityCost {
  /** Nanoseconds of a lookup. */
  readonly lookupNs: { readonly running: number; readonly gone: number };
  /** Microseconds of a container's whole life: it comes, is named, is asked for, goes. */
  readonly containerUs: number;
  /** MiB of V8's heap after so many containers, and after four times as many again, each after a garbage collection. */
  readonly heapMiB: { readonly before: number; readonly after: number; readonly muchLater: number };
  /** Microseconds of making a real cgroup and removing it. */
  readonly cgroupUs: { readonly alone: number; readonly watched: number };
  /** Microseconds from the cgroup's being there to knowing its pod. */
  readonly learnUs: number;
}

const { containers, lookups } = givenTask<IdentityTask>();
/** Pods of a full node (the kubelet's default limit), with a sidecar each. */
const PODS = 110;
const CONTAINERS_PER_POD = 2;

const uidOf = (pod: number): string => `${pod.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
const idOf = (container: number): string => container.toString(16).padStart(64, '0');

function learnPods(identities: Identities): void {
  for (let pod = 0; pod < PODS; pod++) {
    const uid = uidOf(pod);
    const identity = { uid, namespace: 'shop', name: `cart-${pod}`, labels: { app: 'cart', tier: 'web' } };
    identities.learnPod({ identity, cgroupUid: uid, containers: [] });
  }
}

/** A node of which nothing but this process tells. */
class MadeUpNode {
  readonly identities: Identities;
  #next = 1;

  constructor(folder: string) {
    const none = join(folder, 'none');
    const places = { bundleRoots: [], runcRoots: [], dockerSocket: none, containersStorage: none };
    this.identities = new Identities(new CgroupTree({ path: folder, root: '/' }), { places, node: 'node' });
    this.identities.attachEvents({ isLasting: true, drain: () => {} });
    learnPods(this.identities);
  }

  /** @returns the cgroup's id */
  start(pod: number): bigint {
    const number = this.#next++;
    const id = idOf(number);
    this.identities.cgroupMade(BigInt(number), `/kubepods/burstable/pod${uidOf(pod)}/${id}`);
    this.identities.learnContainers([{ id, name: 'main', runtime: 'containerd', podUid: uidOf(pod) }]);
    return BigInt(number);
  }

  /** Containers that come and go. @returns the last of them */
  churn(count: number): bigint {
    let cgroupId = 0n;
    for (let index = 0; index < count; index++) {
      cgroupId = this.start(index % PODS);
      expectPod(this.identities, cgroupId);
      this.identities.cgroupRemoved(cgroupId);
    }
    return cgroupId;
  }
}

function expectPod(identities: Identities, cgroupId: bigint): void {
  if (identities.lookup(cgroupId)?.pod === undefined) throw new Error(`cgroup ${cgroupId} is of no pod`);
}

function time(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function heapMiB(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function measureLookups({ identities }: MadeUpNode, ids: readonly bigint[]): number {
  const all = () => {
    for (let index = 0; index < lookups; index++) expectPod(identities, ids[(index * 7) % ids.length]!);
  };
  all();
  return (time(all) * 1e6) / lookups;
}

function measureMadeUp(folder: string): Omit<IdentityCost, 'cgroupUs' | 'learnUs'> {
  const node = new MadeUpNode(folder);
  const running = Array.from({ length: PODS * CONTAINERS_PER_POD }, (_, index) => node.start(index % PODS));
  const runningNs = measureLookups(node, running);
  const before = heapMiB();
  let last = 0n;
  const churnMs = time(() => {
    last = node.churn(containers);
  });
  const after = heapMiB();
  const gone = running.map((_, index) => last - BigInt(index));
  const goneNs = measureLookups(node, gone);
  node.churn(4 * containers);
  const muchLater = heapMiB();
  return {
    lookupNs: { running: runningNs, gone: goneNs },
    containerUs: (churnMs * 1000) / containers,
    heapMiB: { before, after, muchLater },
  };
}

/** Real cgroups, laid out as a kubelet does, of which the kernel tells. */
async function measureKernel(): Promise<Pick<IdentityCost, 'cgroupUs' | 'learnUs'>> {
  const tree = new CgroupTree();
  const root = tree.folder(`/waggle-bench-${process.pid}`);
  const pods = Array.from({ length: PODS }, (_, pod) => join(root, 'kubepods', `pod${uidOf(pod)}`));
  for (const pod of pods) mkdirSync(pod, { recursive: true });
  const churn = (each: (folder: string) => void): number => {
    const ms = time(() => {
      for (let index = 0; index < containers; index++) {
        const folder = join(pods[index % PODS]!, idOf(index));
        mkdirSync(folder);
        each(folder);
        rmdirSync(folder);
      }
    });
    return (ms * 1000) / containers;
  };
  try {
    const alone = churn(() => {});
    await using node = await openNodeIdentity({ node: 'node', criSocket: false });
    learnPods(node.identities);
    let learnMs = 0;
    const all = churn((folder) => {
      const cgroupId = statSync(folder, { bigint: true }).ino;
      learnMs += time(() => expectPod(node.identities, cgroupId));
    });
    const learnUs = (learnMs * 1000) / containers;
    return { cgroupUs: { alone, watched: all - learnUs }, learnUs };
  } finally {
    for (const folder of [...pods, join(root, 'kubepods'), root]) rmdirSync(folder);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-identity-'));
try {
  const cost: IdentityCost = { ...measureMadeUp(folder), ...(await measureKernel()) };
  process.stdout.write(JSON.stringify(cost));
} finally {
  rmSync(folder, { recursive: true });
}
