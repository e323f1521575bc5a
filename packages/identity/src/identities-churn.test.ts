import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CgroupTree } from './cgroup-tree.ts';
import { Identities } from './identities.ts';
import type { Identity } from './identity.ts';
import type { PodFacts } from './pods/pod-facts.ts';

const CONTAINER_IDS = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
const POD_UIDS = ['1', '2'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
const LABELS = ['cart', 'web'];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waggle-churn-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A tree without cgroups: events alone tell of them. */
function bareIdentities(): Identities {
  const places = {
    bundleRoots: [],
    runcRoots: [],
    dockerSocket: join(folder, 'none'),
    containersStorage: join(folder, 'none'),
  };
  const identities = new Identities(new CgroupTree({ path: folder, root: '/' }), { places, node: 'node-a' });
  identities.attachEvents({ isLasting: true, drain() {} });
  return identities;
}

function podFacts(uid: string, app: string): PodFacts {
  return {
    identity: { uid, namespace: 'shop', name: `pod-${uid[0]}`, labels: { app } },
    cgroupUid: uid,
    containers: [],
  };
}

type Step =
  | { readonly kind: 'mkdir' | 'rmdir'; readonly pod: string; readonly container?: string }
  | { readonly kind: 'learn'; readonly pod: string; readonly app: string }
  | { readonly kind: 'forget'; readonly pod: string }
  | { readonly kind: 'name'; readonly container: string; readonly name: string };

const pod = fc.constantFrom(...POD_UIDS);
const container = fc.constantFrom(...CONTAINER_IDS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('mkdir' as const, 'rmdir' as const), pod, container }),
  fc.record({ kind: fc.constantFrom('mkdir' as const, 'rmdir' as const), pod }),
  fc.record({ kind: fc.constant('learn' as const), pod, app: fc.constantFrom(...LABELS) }),
  fc.record({ kind: fc.constant('forget' as const), pod }),
  fc.record({ kind: fc.constant('name' as const), container, name: fc.constantFrom('main', 'proxy') }),
);

/** What should be known, kept in the simplest way. */
class Model {
  readonly cgroups = new Map<string, bigint>();
  readonly apps = new Map<string, string>();
  readonly names = new Map<string, string>();
  #nextId = 1n;

  apply(step: Step, identities: Identities): void {
    switch (step.kind) {
      case 'mkdir':
      case 'rmdir':
        this.#changeCgroup(step.kind, pathOf(step), identities);
        break;
      case 'learn':
        this.apps.set(step.pod, step.app);
        identities.learnPod(podFacts(step.pod, step.app));
        break;
      case 'forget':
        identities.forgetPod(step.pod);
        break;
      case 'name':
        this.names.set(step.container, step.name);
        identities.learnContainers([{ id: step.container, name: step.name, runtime: 'containerd' }]);
    }
  }

  #changeCgroup(kind: 'mkdir' | 'rmdir', path: string, identities: Identities): void {
    const known = this.cgroups.get(path);
    if (kind === 'mkdir' && known === undefined) {
      const id = this.#nextId++;
      this.cgroups.set(path, id);
      identities.cgroupMade(id, path);
    } else if (kind === 'rmdir' && known !== undefined) {
      this.cgroups.delete(path);
      identities.cgroupRemoved(known);
    }
  }

  /** What each cgroup that exists is called: app of the pod, name of the container. */
  expected(): Record<string, string> {
    return Object.fromEntries([...this.cgroups].map(([path, id]) => [String(id), this.#describe(path)]));
  }

  #describe(path: string): string {
    const [, , podFolder, id] = path.split('/');
    const app = this.apps.get(podFolder!.slice('pod'.length));
    const name = id === undefined ? undefined : (this.names.get(id) ?? id.slice(0, 12));
    return `${path} ${app} ${name}`;
  }
}

function pathOf({ pod: uid, container: id }: { readonly pod: string; readonly container?: string }): string {
  return id === undefined ? `/kubepods/pod${uid}` : `/kubepods/pod${uid}/${id}`;
}

function shown({ path, pod: known, container: told }: Identity): string {
  return `${path} ${known?.labels.app} ${told?.name}`;
}

describe('Identities under churn', () => {
  it('know what is there, and tell listeners every change', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const identities = bareIdentities();
        const model = new Model();
        const mirror = new Map<bigint, Identity>();
        identities.subscribe({
          added(identity) {
            expect(mirror.has(identity.cgroupId)).toBe(false);
            mirror.set(identity.cgroupId, identity);
          },
          changed(identity, before) {
            expect(mirror.get(identity.cgroupId)).toBe(before);
            mirror.set(identity.cgroupId, identity);
          },
          removed(identity) {
            expect(mirror.get(identity.cgroupId)).toBe(identity);
            mirror.delete(identity.cgroupId);
          },
        });
        for (const one of steps) model.apply(one, identities);
        const known = Object.fromEntries([...identities.known()].map((one) => [String(one.cgroupId), shown(one)]));
        expect(known).toEqual(model.expected());
        expect([...mirror.values()]).toEqual([...identities.known()]);
        for (const id of model.cgroups.values()) expect(identities.lookup(id)).toBe(mirror.get(id));
      }),
      { numRuns: 300 },
    );
  });

  it('keep the names of what is gone, however much comes after it, up to a bound', () => {
    const identities = bareIdentities();
    const uid = POD_UIDS[0]!;
    identities.learnPod(podFacts(uid, 'cart'));
    const count = 20_000;
    for (let n = 1; n <= count; n++) {
      const id = n.toString(16).padStart(64, '0');
      identities.cgroupMade(BigInt(n), `/kubepods/pod${uid}/${id}`);
      identities.learnContainers([{ id, name: `run-${n}`, runtime: 'containerd' }]);
      identities.cgroupRemoved(BigInt(n));
    }
    expect([...identities.known()]).toEqual([]);
    for (const n of [count, count - 5000, count - 16_000]) {
      expect(identities.lookup(BigInt(n))).toMatchObject({ name: `run-${n}`, pod: { labels: { app: 'cart' } } });
    }
    expect(identities.lookup(1n)?.container?.name).toBe('000000000000');
  });

  it('keep a pod in mind when Kubernetes has forgotten it', () => {
    const identities = bareIdentities();
    const uid = POD_UIDS[0]!;
    identities.learnPod(podFacts(uid, 'cart'));
    identities.forgetPod(uid);
    identities.cgroupMade(1n, `/kubepods/pod${uid}`);
    expect(identities.lookup(1n)?.pod?.name).toBe('pod-1');
    expect([...identities.pods()]).toEqual([]);
  });

  it('believe Kubernetes rather than the runtime, and the runtime rather than nobody', () => {
    const identities = bareIdentities();
    const uid = POD_UIDS[0]!;
    identities.cgroupMade(1n, `/kubepods/pod${uid}`);
    const app = (): string | undefined => identities.lookup(1n)?.pod?.labels.app;
    identities.learnPod(podFacts(uid, 'of-runtime'), 'runtime');
    expect(app()).toBe('of-runtime');
    identities.learnPod(podFacts(uid, 'of-kubernetes'));
    identities.learnPod(podFacts(uid, 'of-runtime'), 'runtime');
    expect(app()).toBe('of-kubernetes');
    identities.forgetPod(uid);
    identities.learnPod(podFacts(uid, 'of-runtime'), 'runtime');
    expect(app()).toBe('of-kubernetes');
  });

  it('do not let a container pass for another pod', () => {
    const identities = bareIdentities();
    const [mine, other] = POD_UIDS;
    identities.learnPod(podFacts(mine!, 'mine'));
    identities.learnPod(podFacts(other!, 'other'));
    const path = `/kubepods/pod${mine}/${CONTAINER_IDS[0]}/kubepods/pod${other}`;
    identities.cgroupMade(1n, path);
    expect(identities.lookup(1n)).toMatchObject({ path, podUid: mine, pod: { labels: { app: 'mine' } } });
  });

  it('hold what is told of cgroups that nobody has asked for, at the moment of asking', () => {
    const identities = bareIdentities();
    const uid = POD_UIDS[0]!;
    let isTold = false;
    identities.attachEvents({
      isLasting: true,
      drain() {
        if (!isTold) identities.cgroupMade(7n, `/kubepods/pod${uid}/${CONTAINER_IDS[0]}`);
        isTold = true;
      },
    });
    isTold = false;
    identities.learnPod(podFacts(uid, 'cart'));
    expect(identities.lookup(7n)).toMatchObject({ node: 'node-a', pod: { labels: { app: 'cart' } } });
  });

  it('take images from the manifest before the runtime', () => {
    const identities = bareIdentities();
    const [uid, id] = [POD_UIDS[0]!, CONTAINER_IDS[0]!];
    identities.cgroupMade(1n, `/kubepods/pod${uid}/${id}`);
    const image = (): string | undefined => identities.lookup(1n)?.container?.image;
    identities.learnContainers([{ id, name: 'main', runtime: 'containerd', image: 'sha256:77' }]);
    expect(image()).toBe('sha256:77');
    identities.learnContainers([{ id, name: 'main', runtime: 'containerd', image: 'reg.test/cart:2' }]);
    identities.learnContainers([{ id, name: 'main', runtime: 'containerd', image: 'sha256:77' }]);
    expect(image()).toBe('reg.test/cart:2');
    identities.learnPod({ ...podFacts(uid, 'cart'), containers: [{ name: 'main', image: 'cart:2' }] });
    expect(image()).toBe('cart:2');
  });
});
