import { describe, expect, it } from 'vitest';
import { imm, inSlot, mapAddress, reg, slotAddress } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { eliminateDeadStores } from './eliminate-dead-stores.ts';

const LOOKUP = 1;
const PROBE_READ = 113;

describe('eliminateDeadStores', () => {
  it('removes stores that are overwritten before anything reads', () => {
    const fn = buildMain((f) => {
      const slot = f.newSlot(24, 8, 'key');
      for (const offset of [0, 8, 16]) f.store(8, inSlot(slot, offset), imm(0));
      f.callVoid(PROBE_READ, [slotAddress(slot), imm(16), imm(0)]);
      f.store(4, inSlot(slot, 16), imm(7));
      f.callVoid(LOOKUP, [mapAddress('m'), slotAddress(slot)]);
      f.store(8, inSlot(slot), imm(9));
    });
    expect(printBody(eliminateDeadStores(fn))).toEqual([
      'b0:',
      // Its upper half is the key's padding.
      'store8 [$0 key + 16], 0',
      'call helper#113(&[$0 key + 0], 16, 0)',
      'store4 [$0 key + 16], 7',
      'call helper#1(map m, &[$0 key + 0])',
      'return 0',
    ]);
  });

  it('keeps stores to slots whose address was stored', () => {
    const fn = buildMain((f) => {
      const [slot, box] = [f.newSlot(8, 8, 'value'), f.newSlot(8, 8, 'box')];
      f.store(8, inSlot(slot), imm(1));
      f.store(8, inSlot(box), reg(f.address(slotAddress(slot))));
      f.callVoid(181, [slotAddress(box)]);
    });
    expect(printBody(eliminateDeadStores(fn))).toEqual(printBody(fn));
  });
});
