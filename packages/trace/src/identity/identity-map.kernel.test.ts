import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BpfMap, openDescriptors } from '@waggle/bpf';
import { type IdentityField, INTERNAL_MAPS } from '@waggle/bpftrace';
import { CgroupTree, Identities, type Identity } from '@waggle/identity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { podFacts } from '../testing/pod-cgroups.ts';
import { fieldText, IdentityMap } from './identity-map.ts';
import { InternedTexts } from './interned-texts.ts';

const UID = '0b6f2c1e-8d5a-4f0e-9c1d-2a3b4c5d6e7f';
const ID = '4f'.repeat(32);
const POD_PATH = `/kubepods/pod${UID}`;
const FIELDS: readonly IdentityField[] = [{ kind: 'namespace' }, { kind: 'container' }, { kind: 'label', key: 'app' }];
const CART = { namespace: 'shop', name: 'cart-1', labels: { app: 'cart' } };

describe('IdentityMap', () => {
  let folder: string;
  let map: BpfMap;
  let identities: Identities;
  let texts: InternedTexts;
  let failures: unknown[];

  beforeEach(() => {
    failures = [];
    folder = mkdtempSync(join(tmpdir(), 'waggle-identity-map-'));
    identities = new Identities(new CgroupTree({ path: folder, root: '/' }), { node: 'node-a' });
    identities.attachEvents({ isLasting: true, drain() {} });
    texts = new InternedTexts(['shop']);
    map = BpfMap.create({ name: INTERNAL_MAPS.identities, type: 'hash', keySize: 8, valueSize: 12, maxEntries: 3 });
  });

  afterEach(() => {
    map.close();
    rmSync(folder, { recursive: true });
    expect(openDescriptors()).toEqual([]);
  });

  function open(fields = FIELDS, scope?: (identity: Identity) => boolean): IdentityMap {
    const layout = { fields, valueBytes: 12, literals: ['shop'] };
    const maps = new Map([[INTERNAL_MAPS.identities as string, map]]);
    return new IdentityMap({ maps, layout, identities, texts, scope, onFailure: (error) => failures.push(error) });
  }

  /** What programs would find, by cgroup id. */
  function content(): Record<string, string> {
    const entries = [...map.entries()].map(([key, value]) => {
      const words = [0, 4, 8].map((at) => texts.textOf(value.readUInt32LE(at)) ?? '-');
      return [String(key.readBigUInt64LE()), words.join(' ')] as const;
    });
    return Object.fromEntries(entries);
  }

  it('holds what is known, and keeps in step with it until it is closed', () => {
    identities.learnPod(podFacts(CART, UID));
    identities.cgroupMade(7n, POD_PATH);
    const filled = open();
    expect(content()).toEqual({ 7: 'shop - cart' });
    identities.cgroupMade(8n, `${POD_PATH}/${ID}`);
    expect(content()).toEqual({ 7: 'shop - cart', 8: `shop ${ID.slice(0, 12)} cart` });
    identities.learnContainers([{ id: ID, name: 'main', runtime: 'containerd' }]);
    identities.learnPod(podFacts({ ...CART, labels: {} }, UID));
    expect(content()).toEqual({ 7: 'shop - -', 8: 'shop main -' });
    identities.cgroupRemoved(8n);
    expect(content()).toEqual({ 7: 'shop - -' });
    filled.close();
    identities.cgroupRemoved(7n);
    expect(content()).toEqual({ 7: 'shop - -' });
  });

  it('says nothing of those out of scope, nor of those of whom there is nothing to say', () => {
    identities.learnPod(podFacts({ ...CART, namespace: 'bank' }, UID));
    identities.cgroupMade(7n, POD_PATH);
    identities.cgroupMade(9n, POD_PATH.replace('0b', 'ff'));
    open(FIELDS, ({ pod }) => pod?.namespace === 'shop').close();
    expect(content()).toEqual({});
    identities.learnPod(podFacts(CART, UID));
    open(FIELDS, ({ pod }) => pod?.namespace === 'shop').close();
    expect(content()).toEqual({ 7: 'shop - cart' });
  });

  it('lets everything below the root know the node', () => {
    const root = identities.tree.cgroupId('/');
    open([{ kind: 'node' }, ...FIELDS.slice(1)]).close();
    expect(content()).toEqual({ [String(root)]: 'node-a - -' });
  });

  it('tells when it is full', () => {
    open();
    for (let n = 1n; n <= 4n; n++) identities.cgroupMade(n, `${POD_PATH}/${ID.slice(1)}${n}`);
    expect(failures).toMatchObject([{ code: 'E2BIG' }]);
  });
});

describe('fieldText', () => {
  const pod = { uid: UID, ...CART, workload: { kind: 'StatefulSet', name: 'db' } };
  const identity: Identity = {
    cgroupId: 1n,
    path: POD_PATH,
    node: 'node-a',
    container: { id: ID, name: 'main', runtime: 'containerd' },
    pod,
    name: 'main',
  };
  it.each<[field: IdentityField, of: Identity, expected: string | undefined]>([
    [{ kind: 'node' }, identity, 'node-a'],
    [{ kind: 'namespace' }, identity, 'shop'],
    [{ kind: 'pod' }, identity, 'cart-1'],
    [{ kind: 'container' }, identity, 'main'],
    [{ kind: 'workload' }, identity, 'sts/db'],
    [{ kind: 'label', key: 'app' }, identity, 'cart'],
    [{ kind: 'label', key: 'tier' }, identity, undefined],
    [{ kind: 'label', key: 'constructor' }, identity, undefined],
    [{ kind: 'node' }, { cgroupId: 1n, path: '/', name: '/' }, hostname()],
    [{ kind: 'pod' }, { cgroupId: 1n, path: '/', name: '/' }, undefined],
    [{ kind: 'workload' }, { cgroupId: 1n, path: '/', name: '/' }, undefined],
    [{ kind: 'label', key: 'app' }, { cgroupId: 1n, path: '/', name: '/' }, undefined],
  ])('%j', (field, of, expected) => {
    expect(fieldText(field, of)).toBe(expected);
  });
});
