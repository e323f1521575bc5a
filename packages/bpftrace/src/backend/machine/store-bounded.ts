import { FRAME_POINTER, givesBounds, insertOnEdge, type MachineFunction, type MachineInstruction } from './machine.ts';

type IsSpill = (insn: MachineInstruction) => boolean;

/**
 * Stores what a comparison has bounded again, to the spill places that hold the same and are loaded later. Until Linux 6.9 the verifier does not
 * connect an unbounded number in memory with registers of the same value: behind the comparison, what is loaded would still be unbounded.
 *
 * @param compared by block that ends with a comparison: the places that hold what the register holds that is compared.
 */
export function storeBounded(
  fn: MachineFunction,
  compared: ReadonlyMap<number, readonly number[]>,
  isSpill: IsSpill,
): void {
  if ([...compared.values()].every((places) => places.length === 0)) return;
  const loadedFrom = findLoadedPlaces(fn, isSpill);
  for (const [from, places] of compared) {
    const { terminator } = fn.blocks[from]!;
    if (terminator.kind !== 'jump' || !givesBounds(terminator)) continue;
    const { dst, source, then, otherwise } = terminator;
    for (const to of new Set([then, otherwise])) {
      const needed = places.filter((offset) => loadedFrom[to]!.has(offset));
      if (needed.length === 0) continue;
      const base = FRAME_POINTER;
      const stores = needed.map(
        (offset): MachineInstruction => ({
          kind: 'store',
          size: 8,
          base,
          offset,
          src: dst,
          imm: 0,
          ...(source && { source }),
        }),
      );
      insertOnEdge(fn, from, to, stores);
    }
  }
}

/** The spill places that are loaded before they are written, from the start of each block on. */
function findLoadedPlaces(fn: MachineFunction, isSpill: IsSpill): readonly ReadonlySet<number>[] {
  const loaded = fn.blocks.map(() => new Set<number>());
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, { instructions, successors }] of fn.blocks.entries()) {
      const live = new Set(successors.flatMap((to) => [...loaded[to]!]));
      for (const insn of instructions.toReversed()) {
        if (!isSpill(insn)) continue;
        if (insn.kind === 'load') live.add(insn.offset);
        else if (insn.kind === 'store') live.delete(insn.offset);
      }
      if (live.size > loaded[index]!.size) changed = true;
      loaded[index] = live;
    }
  }
  return loaded;
}
