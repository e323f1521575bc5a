import type { IrFunction, Slot } from '../ir/ir.ts';
import { BitSet } from './bit-set.ts';
import type { ControlFlow } from './control-flow.ts';
import { findSlotAccesses, type SlotAccesses } from './slot-accesses.ts';
import { findSlotLiveness } from './slot-liveness.ts';

export interface FrameLayout {
  /** Offset from the frame pointer, by slot; absent for slots that nothing uses. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Bytes below the frame pointer, a multiple of 8. */
  readonly sizeBytes: number;
}

/**
 * Places the slots in the frame: two that are never in use at once share bytes. The large ones come first, each at the place closest to the
 * frame pointer that is free of those it meets.
 */
export function layOutFrame(fn: IrFunction, flow: ControlFlow): FrameLayout {
  const { used, meets } = findMeetings(fn, flow);
  const bySize = fn.slots
    .filter((slot) => used.has(slot.id))
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes || a.id - b.id);
  const offsets = new Map<number, number>();
  let sizeBytes = 0;
  for (const slot of bySize) {
    const taken = bySize
      .filter((other) => offsets.has(other.id) && meets(slot.id, other.id))
      .map((other) => ({ from: offsets.get(other.id)!, to: offsets.get(other.id)! + other.sizeBytes }))
      .toSorted((a, b) => b.to - a.to);
    const offset = findGap(slot, taken);
    offsets.set(slot.id, offset);
    sizeBytes = Math.max(sizeBytes, -offset);
  }
  return { offsets, sizeBytes: (sizeBytes + 7) & ~7 };
}

/** The highest aligned offset whose bytes are free; `taken` goes downward. */
function findGap(slot: Slot, taken: readonly { readonly from: number; readonly to: number }[]): number {
  let offset = alignDown(-slot.sizeBytes, slot.align);
  for (const { from, to } of taken) {
    if (offset >= to) continue;
    if (offset + slot.sizeBytes > from) offset = Math.min(offset, alignDown(from - slot.sizeBytes, slot.align));
  }
  return offset;
}

function alignDown(offset: number, align: number): number {
  return Math.floor(offset / align) * align;
}

/** Which slots are in use at once: one is written while the other holds bytes that were written and will be read. */
function findMeetings(
  fn: IrFunction,
  flow: ControlFlow,
): { used: ReadonlySet<number>; meets: (a: number, b: number) => boolean } {
  const count = fn.slots.length;
  const accesses = findSlotAccesses(fn);
  const liveness = findSlotLiveness(fn, flow, accesses);
  const touched = findTouched(fn, flow, accesses);
  const pairs = new BitSet(count * count);
  const used = new Set<number>();
  for (const [index, block] of flow.blocks.entries()) {
    const live = liveness.liveOut[index]!;
    const before = touched.before(index);
    for (let position = block.instructions.length - 1; position >= 0; position--) {
      const instruction = block.instructions[position]!;
      const all = accesses.of(instruction);
      for (const { slot } of all) used.add(slot);
      if (instruction.kind === 'address' && instruction.of.kind === 'slot-address') used.add(instruction.of.slot);
      if (all.length > 0) {
        const inUse = fn.slots.filter(
          ({ id, sizeBytes }) =>
            before[position]!.has(id) && live.hasRange(liveness.firstByte[id]!, liveness.firstByte[id]! + sizeBytes),
        );
        // Slots of one instruction are in use at once, whatever happens to them afterwards.
        const present = [...inUse.map(({ id }) => id as number), ...all.map(({ slot }) => slot as number)];
        for (const { slot } of all) {
          for (const other of present) {
            pairs.add(slot * count + other);
            pairs.add(other * count + slot);
          }
        }
      }
      liveness.stepBack(live, instruction);
    }
  }
  return { used, meets: (a, b) => pairs.has(a * count + b) };
}

/** Forward: the slots that some path has accessed, the instruction itself included. */
function findTouched(
  fn: IrFunction,
  flow: ControlFlow,
  accesses: SlotAccesses,
): { before: (block: number) => readonly BitSet[] } {
  const count = fn.slots.length;
  const own = flow.blocks.map((block) => {
    const set = new BitSet(count);
    for (const instruction of block.instructions) for (const { slot } of accesses.of(instruction)) set.add(slot);
    return set;
  });
  const atStart = flow.blocks.map(() => new BitSet(count));
  for (const slot of accesses.escaped) atStart[0]!.add(slot);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, targets] of flow.successors.entries()) {
      for (const target of targets) {
        const grew = atStart[target]!.union(atStart[index]!);
        if (atStart[target]!.union(own[index]!) || grew) changed = true;
      }
    }
  }
  const before = (index: number) => {
    const current = new BitSet(count);
    current.copyFrom(atStart[index]!);
    return flow.blocks[index]!.instructions.map((instruction) => {
      for (const { slot } of accesses.of(instruction)) current.add(slot);
      const copy = new BitSet(count);
      copy.copyFrom(current);
      return copy;
    });
  };
  return { before };
}
