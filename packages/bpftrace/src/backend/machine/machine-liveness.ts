import { BitSet } from '../bit-set.ts';
import type { MachineFunction } from './machine.ts';
import { visitMachineDefinitions, visitMachineUses } from './machine.ts';

/** The registers that are read after the end of each block, by block number. */
export function findMachineLiveOut(fn: MachineFunction): readonly BitSet[] {
  const make = () => fn.blocks.map(() => new BitSet(fn.registerCount));
  const read = make();
  const written = make();
  const liveIn = make();
  const liveOut = make();
  for (const [index, block] of fn.blocks.entries()) {
    const use = (register: number) => {
      if (!written[index]!.has(register)) read[index]!.add(register);
    };
    const define = (register: number) => written[index]!.add(register);
    for (const instruction of block.instructions) {
      visitMachineUses(instruction, use);
      visitMachineDefinitions(instruction, define);
    }
    visitMachineUses(block.terminator, use);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = fn.blocks.length - 1; index >= 0; index--) {
      for (const target of fn.blocks[index]!.successors) liveOut[index]!.union(liveIn[target]!);
      if (liveIn[index]!.transfer(liveOut[index]!, read[index]!, written[index]!)) changed = true;
    }
  }
  return liveOut;
}
