import { describe, expect, it } from 'vitest';
import { imm, inSlot } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { mergeStores } from './merge-stores.ts';

describe('mergeStores', () => {
  it.each<[string, readonly (readonly [1 | 2 | 4 | 8, number, number])[], string[]]>([
    [
      'zeros',
      [
        [4, 0, 0],
        [4, 4, 0],
        [4, 8, 0],
      ],
      ['store8 [$0 key + 0], 0', 'store4 [$0 key + 8], 0'],
    ],
    [
      'bytes',
      [
        [1, 0, 1],
        [1, 1, 2],
        [1, 2, 3],
        [1, 3, 4],
      ],
      ['store4 [$0 key + 0], 67305985'],
    ],
    [
      'in any order',
      [
        [4, 4, 0],
        [4, 0, 5],
      ],
      ['store8 [$0 key + 0], 5'],
    ],
    [
      'only what is aligned',
      [
        [4, 4, 0],
        [4, 8, 0],
      ],
      ['store4 [$0 key + 4], 0', 'store4 [$0 key + 8], 0'],
    ],
    [
      'only what one immediate holds',
      [
        [4, 0, 0],
        [4, 4, 5],
      ],
      ['store4 [$0 key + 0], 0', 'store4 [$0 key + 4], 5'],
    ],
    [
      'only what does not overlap',
      [
        [4, 0, 0],
        [4, 4, 0],
        [1, 4, 1],
      ],
      ['store4 [$0 key + 0], 0', 'store4 [$0 key + 4], 0', 'store1 [$0 key + 4], 1'],
    ],
  ])('joins %s', (_, stores, expected) => {
    const fn = buildMain((f) => {
      const slot = f.newSlot(16, 8, 'key');
      for (const [size, offset, value] of stores) f.store(size, inSlot(slot, offset), imm(value));
    });
    expect(printBody(mergeStores(fn, 'little'))).toEqual(['b0:', ...expected, 'return 0']);
  });

  it('looks at the order of bytes', () => {
    const fn = buildMain((f) => {
      const slot = f.newSlot(4, 4, 'key');
      f.store(2, inSlot(slot, 0), imm(1));
      f.store(2, inSlot(slot, 2), imm(2));
    });
    expect(printBody(mergeStores(fn, 'big'))).toContain('store4 [$0 key + 0], 65538');
  });
});
