import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitSet } from './bit-set.ts';

const SIZE = 100;
const members = fc.uniqueArray(fc.integer({ min: 0, max: SIZE - 1 }));

function setOf(all: readonly number[]): BitSet {
  const set = new BitSet(SIZE);
  for (const one of all) set.add(one);
  return set;
}

function listOf(set: BitSet): number[] {
  const all: number[] = [];
  set.forEach((one) => {
    all.push(one);
  });
  return all;
}

describe('BitSet', () => {
  it('lists its members, rising', () => {
    const property = fc.property(members, (all) => {
      expect(listOf(setOf(all))).toEqual(all.toSorted((a, b) => a - b));
    });
    fc.assert(property);
  });

  it('unites, and says whether that was new', () => {
    const property = fc.property(members, members, (a, b) => {
      const set = setOf(a);
      expect(set.union(setOf(b))).toBe(b.some((one) => !a.includes(one)));
      expect(listOf(set)).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y));
    });
    fc.assert(property);
  });

  it('transfers: what is generated, and what comes through', () => {
    const property = fc.property(members, members, members, (from, gen, kill) => {
      const set = new BitSet(SIZE);
      set.transfer(setOf(from), setOf(gen), setOf(kill));
      for (let i = 0; i < SIZE; i++)
        expect(set.has(i)).toBe(gen.includes(i) || (from.includes(i) && !kill.includes(i)));
      expect(set.transfer(setOf(from), setOf(gen), setOf(kill))).toBe(false);
    });
    fc.assert(property);
  });

  it('knows ranges', () => {
    const set = setOf([5, 40]);
    expect([set.hasRange(6, 40), set.hasRange(6, 41)]).toEqual([false, true]);
    set.addRange(30, 35);
    set.deleteRange(31, 41);
    expect(listOf(set)).toEqual([5, 30]);
  });
});
