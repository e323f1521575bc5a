import { BpfMap, openDescriptors } from '@waggle/bpf';
import { INTERNAL_MAPS } from '@waggle/bpftrace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResolvedTarget, TargetListener } from './target.ts';
import { TargetSet } from './target-set.ts';

describe('TargetSet', () => {
  let map: BpfMap;
  let failures: unknown[];

  beforeEach(() => {
    failures = [];
    map = BpfMap.create({ name: INTERNAL_MAPS.targets, type: 'hash', keySize: 8, valueSize: 1, maxEntries: 4 });
  });

  afterEach(() => {
    map.close();
    expect(openDescriptors()).toEqual([]);
  });

  function open(target: Partial<ResolvedTarget>, maps = new Map([[INTERNAL_MAPS.targets as string, map]])): TargetSet {
    return new TargetSet(maps, { cgroupIds: [], mortals: [], ...target }, (error) => failures.push(error));
  }

  function ids(): bigint[] {
    return [...map.keys()].map((key) => key.readBigUInt64LE()).sort((a, b) => (a < b ? -1 : 1));
  }

  it('holds the cgroups of a target, with all of their 64 bits', () => {
    const cgroupIds = [1n, 0x1_0000_0002n, 0xffff_ffff_ffff_fffen];
    open({ cgroupIds });
    expect(ids()).toEqual(cgroupIds);
  });

  it('follows one that lives until it is closed', () => {
    let told: TargetListener | undefined;
    const follow = (listener: TargetListener): { close(): void } => {
      told = listener;
      return {
        close() {
          told = undefined;
        },
      };
    };
    const set = open({ cgroupIds: [1n], follow });
    told!.add([2n, 3n]);
    told!.add([2n]);
    told!.remove([1n, 9n]);
    expect(ids()).toEqual([2n, 3n]);
    set.close();
    expect(told).toBeUndefined();
  });

  it('tells when it is full: nothing of a target may be missed in silence', () => {
    let told: TargetListener | undefined;
    open({
      cgroupIds: [1n, 2n, 3n],
      follow: (listener) => {
        told = listener;
        return { close() {} };
      },
    });
    told!.add([4n]);
    expect(failures).toEqual([]);
    told!.add([5n]);
    expect(failures).toMatchObject([{ code: 'E2BIG' }]);
  });

  it('does not ask for a target that nobody looks up', () => {
    const follow = (): never => {
      throw new TypeError('not to be followed');
    };
    open({ cgroupIds: [1n], follow }, new Map()).close();
    expect(ids()).toEqual([]);
  });
});
