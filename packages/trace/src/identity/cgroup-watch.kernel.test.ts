import { openDescriptors, slowClosesDone } from '@waggle/bpf';
import { Identities } from '@waggle/identity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PodCgroups } from '../testing/pod-cgroups.ts';
import { facts } from '../testing/trace-command.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { CgroupWatch } from './cgroup-watch.ts';

const CART = { namespace: 'shop', name: 'cart-1' };

describe('CgroupWatch', () => {
  let identities: Identities;
  let cgroups: PodCgroups;
  let failures: unknown[];

  beforeEach(() => {
    failures = [];
    identities = new Identities();
    cgroups = new PodCgroups(identities.tree);
  });

  afterEach(async () => {
    cgroups.close();
    expect(failures).toEqual([]);
    await slowClosesDone();
    expect(openDescriptors()).toEqual([]);
  });

  function open(ringBytes?: number): CgroupWatch {
    const onFailure = (error: unknown): number => failures.push(error);
    return new CgroupWatch({
      identities,
      facts,
      isLasting: true,
      onFailure,
      ...(ringBytes === undefined ? {} : { ringBytes }),
    });
  }

  /** Of this test's cgroups, as they are known. */
  function known(): string[] {
    return [...identities.known()].map(({ path }) => path).filter((path) => path.startsWith(cgroups.root));
  }

  it('finds what is there, and tells what comes and goes', async () => {
    const before = cgroups.makePod(CART).path;
    using _watch = open();
    expect(known()).toEqual([before]);
    const told: string[] = [];
    const tell = (sign: string) => (identity: { readonly path: string }) => {
      if (identity.path.startsWith(cgroups.root)) told.push(`${sign}${identity.path}`);
    };
    identities.subscribe({ added: tell('+'), changed: tell('~'), removed: tell('-') });
    const pod = cgroups.makePod(CART).path;
    const container = cgroups.makeContainer(pod).path;
    cgroups.makeBelow(container, 'inner');
    cgroups.remove(`${container}/inner`);
    cgroups.remove(container);
    await waitUntil('all of it is told', () => told.length === 3);
    expect(told).toEqual([`+${pod}`, `+${container}`, `-${container}`]);
  });

  it('knows a cgroup at the moment that it is asked for, also when it is gone', () => {
    using _watch = open();
    const { path } = cgroups.makeContainer(cgroups.makePod(CART).path);
    const id = new Identities().tree.cgroupId(path);
    cgroups.remove(path);
    expect(identities.lookup(id)).toMatchObject({ path, container: { runtime: 'containerd' } });
  });

  it('misses nothing that is there when events were lost', () => {
    using _watch = open(4096);
    const pod = cgroups.makePod(CART).path;
    const containers = Array.from({ length: 100 }, () => cgroups.makeContainer(pod).path);
    for (const path of containers.slice(10)) cgroups.remove(path);
    expect(known().sort()).toEqual([pod, ...containers.slice(0, 10)].sort());
    // Of the hundred, the first ones went while nobody looked.
    for (const path of containers.slice(0, 10)) cgroups.remove(path);
    expect(known()).toEqual([pod]);
  });

  it('says nothing more once it is closed', () => {
    open().close();
    expect(identities.hasLastingEvents).toBe(false);
  });
});
