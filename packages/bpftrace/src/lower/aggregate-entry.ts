import type { Address } from '../ir/index.ts';
import { at, imm } from '../ir/index.ts';
import type { MapSymbol } from '../typed/tree.ts';
import { lookup, update } from './map-place.ts';
import type { ProgramState } from './program-state.ts';

/** Runs `add` on this CPU's value of the entry, or makes the entry of what `start` gives. The one of a scalar map is always there. */
export function addToEntry(
  p: ProgramState,
  map: MapSymbol,
  key: Address,
  add: (entry: Address) => void,
  start: () => Address,
): void {
  const { b } = p;
  const entry = lookup(p, map, key);
  const [found, missing, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('ne', entry, imm(0), found, map.key ? missing : done, { likely: 'then' });
  b.setBlock(found);
  add(at(entry));
  if (map.key) {
    p.cold(missing, () => {
      update(p, map, key, start());
      b.goto(done);
    });
  }
  b.setBlock(done);
}
