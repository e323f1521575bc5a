import { HELPER_IDS } from '@waggle/bpf/asm';
import type { BlockId } from '../ir/index.ts';
import { at, imm, mapAddress, reg } from '../ir/index.ts';
import { INTERNAL_MAPS, LEDGER } from '../script/compiled-script.ts';
import type { ProgramState } from './program-state.ts';

export type Loss = Exclude<keyof typeof LEDGER, 'sizeBytes'>;

/** Adds 1 to a counter of the ledger, then goes on at `next`. Meant for cold blocks. */
export function countLoss(p: ProgramState, loss: Loss, next: BlockId): void {
  const { b } = p;
  p.use('ledger');
  const found = b.newBlock();
  const key = p.slot(4, 'ledger key');
  b.store(4, key, imm(0));
  const counters = b.call(HELPER_IDS.map_lookup_elem, [mapAddress(INTERNAL_MAPS.ledger), p.argument(key)]);
  b.branch('ne', counters, imm(0), found, next, { likely: 'then' });
  b.setBlock(found);
  const place = at(counters, LEDGER[loss]);
  b.store(8, place, reg(b.binary('add', b.load(8, place), imm(1))));
  b.goto(next);
}
