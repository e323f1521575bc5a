import type { IrFunction } from '../ir/ir.ts';
import { definitionOf, visitUses } from '../ir/operands.ts';
import type { ControlFlow } from './control-flow.ts';

/**
 * For each register, whether it is a *value*: written in one place, which every path to a use passes. What is known of
 * a value at its definition holds at all its uses. Indexed by register; 1 for yes.
 */
export function findSingleDefinitions(fn: IrFunction, flow: ControlFlow): Uint8Array {
  const count = new Int32Array(fn.registerCount);
  const blockOf = new Int32Array(fn.registerCount).fill(-1);
  for (const parameter of fn.params) {
    count[parameter]!++;
    blockOf[parameter] = 0;
  }
  for (const [index, block] of flow.blocks.entries()) {
    for (const instruction of block.instructions) {
      const dst = definitionOf(instruction);
      if (dst === undefined) continue;
      count[dst]!++;
      blockOf[dst] = index;
    }
  }
  const isValue = Uint8Array.from(count, (definitions) => (definitions === 1 ? 1 : 0));
  const defined = new Uint8Array(fn.registerCount);
  for (const parameter of fn.params) defined[parameter] = 1;
  for (const [index, block] of flow.blocks.entries()) {
    const use = (register: number) => {
      const home = blockOf[register]!;
      const reached = home === index ? defined[register] === 1 : home >= 0 && flow.dominates(home, index);
      if (!reached) isValue[register] = 0;
    };
    for (const instruction of block.instructions) {
      visitUses(instruction, use);
      const dst = definitionOf(instruction);
      if (dst !== undefined) defined[dst] = 1;
    }
    visitUses(block.terminator, use);
  }
  return isValue;
}
