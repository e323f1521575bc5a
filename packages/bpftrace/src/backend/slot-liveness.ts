import type { IrFunction, IrInstruction, SlotId } from '../ir/ir.ts';
import { BitSet } from './bit-set.ts';
import type { ControlFlow } from './control-flow.ts';
import type { SlotAccesses } from './slot-accesses.ts';

/**
 * Liveness of the single bytes of slots, backward: a byte is live where some path reads it before it is filled. Bytes are
 * numbered through all slots of the function.
 */
export interface SlotLiveness {
  /** Number of a slot's first byte. */
  readonly firstByte: readonly number[];
  /** By block number. */
  readonly liveOut: readonly BitSet[];
  /** Takes the set from behind an instruction to before it. */
  stepBack(live: BitSet, instruction: IrInstruction): void;
}

export function findSlotLiveness(fn: IrFunction, flow: ControlFlow, accesses: SlotAccesses): SlotLiveness {
  const firstByte: number[] = [];
  let byteCount = 0;
  for (const slot of fn.slots) {
    firstByte.push(byteCount);
    byteCount += slot.sizeBytes;
  }
  const stepBack = (live: BitSet, instruction: IrInstruction) => {
    const all = accesses.of(instruction);
    for (const { slot, from, to, fills } of all) {
      if (fills && !accesses.escaped.has(slot)) live.deleteRange(firstByte[slot]! + from, firstByte[slot]! + to);
    }
    for (const { slot, from, to, reads } of all) {
      if (reads) live.addRange(firstByte[slot]! + from, firstByte[slot]! + to);
    }
  };
  const liveOut = flow.blocks.map(() => new BitSet(byteCount));
  const liveIn = flow.blocks.map(() => new BitSet(byteCount));
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = flow.blocks.length - 1; index >= 0; index--) {
      const out = liveOut[index]!;
      for (const slot of accesses.escaped) addSlot(out, fn, firstByte, slot);
      for (const target of flow.successors[index]!) out.union(liveIn[target]!);
      const live = new BitSet(byteCount);
      live.copyFrom(out);
      for (const instruction of flow.blocks[index]!.instructions.toReversed()) stepBack(live, instruction);
      if (liveIn[index]!.union(live)) changed = true;
    }
  }
  return { firstByte, liveOut, stepBack };
}

function addSlot(live: BitSet, fn: IrFunction, firstByte: readonly number[], slot: SlotId): void {
  live.addRange(firstByte[slot]!, firstByte[slot]! + fn.slots[slot]!.sizeBytes);
}
