import type { Block, BlockId, IrFunction, Terminator } from '../../ir/ir.ts';
import { mapTargets, successorsOf } from '../../ir/operands.ts';
import { analyseControlFlow, withBlocks, withContents } from '../control-flow.ts';

/**
 * Skips blocks that only jump on, makes one of equal empty returns, and joins a block to the only one that goes to it. Blocks that nothing
 * reaches go.
 */
export function simplifyControlFlow(fn: IrFunction, flow = analyseControlFlow(fn)): IrFunction {
  const reachable = withBlocks(fn, flow, flow.blocks);
  const skipped = skipEmptyBlocks(reachable);
  if (skipped === reachable) return joinChains(reachable);
  const left = analyseControlFlow(skipped);
  return joinChains(withBlocks(skipped, left, left.blocks));
}

function skipEmptyBlocks(fn: IrFunction): IrFunction {
  const byId = new Map(fn.blocks.map((block) => [block.id, block]));
  const returns = new Map<number, BlockId>();
  for (const { id, instructions, terminator } of fn.blocks) {
    if (instructions.length > 0 || terminator.kind !== 'return' || terminator.value.kind !== 'immediate') continue;
    if (!returns.has(terminator.value.value)) returns.set(terminator.value.value, id);
  }
  const forward = (start: BlockId): BlockId => {
    let id = start;
    // A ring of empty blocks is a loop of its own: as many steps as there are blocks end it.
    for (let steps = fn.blocks.length; steps > 0; steps--) {
      const { instructions, terminator } = byId.get(id)!;
      if (instructions.length > 0) return id;
      if (terminator.kind === 'return' && terminator.value.kind === 'immediate')
        return returns.get(terminator.value.value)!;
      if (terminator.kind !== 'goto') return id;
      id = terminator.target;
    }
    return id;
  };
  const blocks = fn.blocks.map((block) =>
    withContents(block, block.instructions, simplest(mapTargets(block.terminator, forward))),
  );
  return blocks.every((block, index) => block === fn.blocks[index]) ? fn : { ...fn, blocks };
}

function simplest(terminator: Terminator): Terminator {
  if (terminator.kind !== 'branch' || terminator.then !== terminator.otherwise) return terminator;
  return { kind: 'goto', target: terminator.then, ...(terminator.source && { source: terminator.source }) };
}

/** Each block that only a `goto` leads to becomes part of the block with that `goto`. */
function joinChains(fn: IrFunction): IrFunction {
  const entries = new Map<BlockId, number>([[fn.blocks[0]!.id, 1]]);
  for (const block of fn.blocks) {
    for (const target of successorsOf(block.terminator)) entries.set(target, (entries.get(target) ?? 0) + 1);
  }
  const byId = new Map(fn.blocks.map((block) => [block.id, block]));
  const joined = new Set<BlockId>();
  for (const { terminator } of fn.blocks) {
    if (terminator.kind === 'goto' && entries.get(terminator.target) === 1) joined.add(terminator.target);
  }
  if (joined.size === 0) return fn;
  const blocks = fn.blocks
    .filter((block) => !joined.has(block.id))
    .map((head): Block => {
      const instructions = [...head.instructions];
      let { terminator } = head;
      while (terminator.kind === 'goto' && joined.has(terminator.target)) {
        const next = byId.get(terminator.target)!;
        instructions.push(...next.instructions);
        terminator = next.terminator;
      }
      return { ...head, instructions, terminator };
    });
  return { ...fn, blocks };
}
