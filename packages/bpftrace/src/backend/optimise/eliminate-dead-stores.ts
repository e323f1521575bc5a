import type { Block, IrFunction, IrInstruction } from '../../ir/ir.ts';
import { analyseControlFlow, withBlocks, withContents } from '../control-flow.ts';
import { findSlotAccesses } from '../slot-accesses.ts';
import { findSlotLiveness } from '../slot-liveness.ts';

/** Removes stores to slots whose bytes are overwritten, or never read, before the function ends. */
export function eliminateDeadStores(fn: IrFunction, flow = analyseControlFlow(fn)): IrFunction {
  if (fn.slots.length === 0) return fn;
  const accesses = findSlotAccesses(fn);
  const { firstByte, liveOut, stepBack } = findSlotLiveness(fn, flow, accesses);
  const blocks = flow.blocks.map((block, index): Block => {
    const live = liveOut[index]!;
    const kept: IrInstruction[] = [];
    for (const instruction of block.instructions.toReversed()) {
      if (instruction.kind === 'store' && instruction.address.kind === 'slot') {
        const start = firstByte[instruction.address.slot]! + instruction.address.offset;
        if (!accesses.escaped.has(instruction.address.slot) && !live.hasRange(start, start + instruction.size))
          continue;
      }
      stepBack(live, instruction);
      kept.push(instruction);
    }
    return withContents(block, kept.reverse());
  });
  return withBlocks(fn, flow, blocks);
}
