import type { IrFunction, IrInstruction, VirtualRegister } from '../../ir/ir.ts';
import { definitionOf } from '../../ir/operands.ts';
import { analyseControlFlow, withBlocks, withContents } from '../control-flow.ts';
import { findSlotAccesses } from '../slot-accesses.ts';
import { Knowledge } from './knowledge.ts';
import { KnownMemory } from './known-memory.ts';
import { KnownResults } from './known-results.ts';

/**
 * Computes nothing twice. Arithmetic and calls that give the same result all through a run (`pid`, `tid`, the cgroup id) are
 * reused wherever the first one dominates; loads within their block, until something may have written there. A load of what the block
 * has just stored in a slot becomes the stored value. In a main function, loads from the context count as arithmetic: nothing changes it
 * while the program runs, unless the program does.
 */
export function reuseResults(
  fn: IrFunction,
  flow = analyseControlFlow(fn),
  options: { readonly isMain?: boolean } = {},
): IrFunction {
  const known = new Knowledge(fn, flow);
  const context = options.isMain ? findReadOnlyContext(fn) : undefined;
  const results = new KnownResults(known, flow.dominates, context);
  const memory = new KnownMemory(findSlotAccesses(fn));
  const blocks = flow.blocks.map((block, index) => {
    known.enterBlock(index);
    results.enterBlock(index);
    memory.clear();
    const instructions = block.instructions.map((instruction) => {
      const reused = results.reuse(instruction) ?? memory.reuse(instruction, known) ?? instruction;
      const dst = definitionOf(reused);
      memory.apply(reused);
      if (dst !== undefined) {
        known.define(dst, reused.kind === 'copy' ? { kind: 'copy', of: reused.src } : undefined, 64);
        memory.forget(dst);
      }
      results.remember(reused);
      memory.remember(reused);
      return reused;
    });
    return withContents(block, instructions);
  });
  return withBlocks(fn, flow, blocks);
}

function findReadOnlyContext(fn: IrFunction): VirtualRegister | undefined {
  const [context] = fn.params;
  const writes = (insn: IrInstruction) =>
    (insn.kind === 'store' || insn.kind === 'atomic') &&
    insn.address.kind === 'register' &&
    insn.address.register === context;
  return fn.blocks.some(({ instructions }) => instructions.some(writes)) ? undefined : context;
}
