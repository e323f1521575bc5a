import type { IrFunction } from '../ir/ir.ts';
import { definitionOf, visitUses } from '../ir/operands.ts';
import { BitSet } from './bit-set.ts';
import type { ControlFlow } from './control-flow.ts';

/** The registers that are read after the end of each block, by the block's number in `flow`. */
export function findLiveOut(fn: IrFunction, flow: ControlFlow): readonly BitSet[] {
  const size = fn.registerCount;
  const make = () => flow.blocks.map(() => new BitSet(size));
  const read = make();
  const written = make();
  const liveIn = make();
  const liveOut = make();
  for (const [index, block] of flow.blocks.entries()) {
    const use = (register: number) => {
      if (!written[index]!.has(register)) read[index]!.add(register);
    };
    for (const instruction of block.instructions) {
      visitUses(instruction, use);
      const dst = definitionOf(instruction);
      if (dst !== undefined) written[index]!.add(dst);
    }
    visitUses(block.terminator, use);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = flow.blocks.length - 1; index >= 0; index--) {
      const out = liveOut[index]!;
      for (const target of flow.successors[index]!) out.union(liveIn[target]!);
      if (liveIn[index]!.transfer(out, read[index]!, written[index]!)) changed = true;
    }
  }
  return liveOut;
}
