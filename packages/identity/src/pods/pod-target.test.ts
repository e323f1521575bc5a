import { describe, expect, it } from 'vitest';
import type { Identity, PodIdentity } from '../identity.ts';
import { type PodTarget, podFilter } from './pod-target.ts';

const UID = '0b6f2c1e-8d5a-4f0e-9c1d-2a3b4c5d6e7f';
const ID = '4f'.repeat(32);
const POD_PATH = `/kubepods/burstable/pod${UID}`;
const POD: PodIdentity = {
  uid: UID,
  namespace: 'shop',
  name: 'cart-1',
  labels: { app: 'cart', tier: 'front' },
  workload: { kind: 'Deployment', name: 'cart' },
};

const ofPod: Identity = { cgroupId: 1n, path: POD_PATH, podUid: UID, pod: POD, name: 'cart-1' };

function containerOf(name: string, path = `${POD_PATH}/${ID}`): Identity {
  return { ...ofPod, path, container: { id: ID, name, runtime: 'containerd' }, name };
}

describe('podFilter', () => {
  it.each<[target: PodTarget, taken: boolean]>([
    [{}, true],
    [{ namespaces: ['shop'] }, true],
    [{ namespaces: ['shop', 'bank'] }, true],
    [{ namespaces: ['bank'] }, false],
    [{ namespaces: ['!bank'] }, true],
    [{ namespaces: ['!shop'] }, false],
    [{ namespaces: ['shop', '!shop'] }, false],
    [{ pods: ['cart-1'] }, true],
    [{ pods: ['cart'] }, false],
    [{ pods: ['!cart-1'] }, false],
    [{ workloads: ['deploy/cart'] }, true],
    [{ workloads: ['deployments.apps/cart', 'sts/db'] }, true],
    [{ workloads: ['deploy/web'] }, false],
    [{ workloads: ['rs/cart'] }, false],
    [{ workloads: ['!deploy/cart'] }, false],
    [{ workloads: ['! deploy/web'] }, true],
    [{ workloads: ['pod/cart-1'] }, true],
    [{ workloads: ['!pod/cart-1'] }, false],
    [{ workloads: ['deploy/cart', '!pod/cart-1'] }, false],
    [{ selector: 'app=cart' }, true],
    [{ selector: 'app in (cart,web),tier!=cache' }, true],
    [{ selector: '!app' }, false],
    [{ selector: '' }, true],
    [{ namespaces: ['shop'], pods: ['cart-1'], selector: 'tier=back' }, false],
  ])('%j takes the pod: %s', (target, taken) => {
    const { takes, isPerContainer } = podFilter(target);
    expect(isPerContainer).toBe(false);
    expect(takes(ofPod)).toBe(taken);
    expect(takes(containerOf('main'))).toBe(false);
  });

  it.each<[containers: string[], identity: Identity, taken: boolean]>([
    [['main'], containerOf('main'), true],
    [['main'], containerOf('proxy'), false],
    [['!proxy'], containerOf('main'), true],
    [['!proxy'], containerOf('proxy'), false],
    [['main'], ofPod, false],
    [['!proxy'], ofPod, false],
    // Nobody has told its name.
    [['!proxy'], containerOf(ID.slice(0, 12)), false],
    // It holds the pod's namespaces, and is none of its containers.
    [['!proxy'], containerOf('pause'), false],
    // A container that runs in a container of the pod.
    [['main'], containerOf('main', `${POD_PATH}/${ID}/docker/${ID}`), false],
    [['main'], containerOf('main', `/kubepods-burstable-pod${UID}.slice:cri-containerd:${ID}`), true],
  ])('containers %j: %o is taken: %s', (containers, identity, taken) => {
    const { takes, isPerContainer } = podFilter({ containers });
    expect(isPerContainer).toBe(true);
    expect(takes(identity)).toBe(taken);
  });

  it('takes nothing of which Kubernetes has not told', () => {
    const { pod: _, ...nameless } = ofPod;
    expect(podFilter({}).takes(nameless)).toBe(false);
    expect(podFilter({}).isInScope(nameless)).toBe(false);
  });

  it('has the namespaces alone for its scope', () => {
    const { isInScope } = podFilter({ namespaces: ['shop'], pods: ['other'], selector: 'x=y' });
    expect(isInScope(ofPod)).toBe(true);
    expect(isInScope({ ...ofPod, pod: { ...POD, namespace: 'bank' } })).toBe(false);
  });

  it.each<[target: PodTarget, code: string, message: string]>([
    [{ selector: 'app=cart,,' }, 'INVALID_SELECTOR', 'label selector "app=cart,,"'],
    [{ workloads: ['cart'] }, 'INVALID_WORKLOAD', 'no workload is called "cart"'],
    [{ workloads: ['!cart'] }, 'INVALID_WORKLOAD', 'no workload is called "cart"'],
  ])('%j: %s', (target, code, message) => {
    expect(() => podFilter(target)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
