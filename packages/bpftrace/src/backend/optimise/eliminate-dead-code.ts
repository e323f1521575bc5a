import type { Block, IrFunction, IrInstruction } from '../../ir/ir.ts';
import { definitionOf, visitUses } from '../../ir/operands.ts';
import { analyseControlFlow, withBlocks, withContents } from '../control-flow.ts';
import { effectsOf } from '../helper-effects.ts';
import { findLiveOut } from '../ir-liveness.ts';

/** Removes what computes a value that nobody reads, and blocks that nothing reaches. Results of calls that nobody reads are not kept. */
export function eliminateDeadCode(fn: IrFunction, flow = analyseControlFlow(fn)): IrFunction {
  const liveOut = findLiveOut(fn, flow);
  const blocks = flow.blocks.map((block, index): Block => {
    const live = liveOut[index]!;
    const kept: IrInstruction[] = [];
    const use = (register: number) => live.add(register);
    visitUses(block.terminator, use);
    for (const instruction of block.instructions.toReversed()) {
      const dst = definitionOf(instruction);
      const isRead = dst !== undefined && live.has(dst);
      if (!isRead && !hasEffect(instruction)) continue;
      if (instruction.kind === 'copy' && instruction.src === instruction.dst) continue;
      if (dst !== undefined) live.delete(dst);
      visitUses(instruction, use);
      kept.push(isRead ? instruction : withoutResult(instruction));
    }
    return withContents(block, kept.reverse());
  });
  return withBlocks(fn, flow, blocks);
}

function hasEffect(insn: IrInstruction): boolean {
  switch (insn.kind) {
    case 'store':
    case 'atomic':
    case 'call-function':
      return true;
    case 'call':
      return !effectsOf(insn.helper).pure;
    default:
      return false;
  }
}

function withoutResult(insn: IrInstruction): IrInstruction {
  if ((insn.kind !== 'call' && insn.kind !== 'call-function' && insn.kind !== 'atomic') || insn.dst === undefined)
    return insn;
  const { dst: _, ...rest } = insn;
  return rest;
}
