import type { Block, IrFunction, Terminator, Value, VirtualRegister } from '../../ir/ir.ts';
import { analyseControlFlow, type ControlFlow, withBlocks } from '../control-flow.ts';
import { findSingleDefinitions } from '../single-definitions.ts';
import { INVERTED_COMPARISON } from './fold.ts';

type Branch = Terminator & { readonly kind: 'branch' };

/** How many branches up the tree of dominators are asked. */
const MAX_STEPS = 32;

/** Decides a branch whose condition an earlier one, on every path to it, has tested already. */
export function decideBranches(fn: IrFunction, flow = analyseControlFlow(fn)): IrFunction {
  const isValue = findSingleDefinitions(fn, flow);
  const isFixed = (value: Value) => value.kind === 'immediate' || isValue[value.register] === 1;
  const blocks = flow.blocks.map((block, index): Block => {
    const { terminator } = block;
    if (
      terminator.kind !== 'branch' ||
      !isFixed({ kind: 'register', register: terminator.left }) ||
      !isFixed(terminator.right)
    ) {
      return block;
    }
    const holds = testedAbove(flow, index, terminator);
    if (holds === undefined) return block;
    const target = holds ? terminator.then : terminator.otherwise;
    return { ...block, terminator: { kind: 'goto', target, ...(terminator.source && { source: terminator.source }) } };
  });
  return withBlocks(fn, flow, blocks);
}

/** Climbs from a block to its dominators; an edge tells something where it is the only one into its block. */
function testedAbove(flow: ControlFlow, start: number, branch: Branch): boolean | undefined {
  let index = start;
  for (let steps = 0; index !== 0 && steps < MAX_STEPS; steps++) {
    const above = flow.dominator[index]!;
    const { terminator } = flow.blocks[above]!;
    const [from, ...others] = flow.predecessors[index]!;
    if (terminator.kind === 'branch' && from === above && others.length === 0 && sameOperands(terminator, branch)) {
      const holds = follows(terminator, terminator.then === flow.blocks[index]!.id, branch);
      if (holds !== undefined) return holds;
    }
    index = above;
  }
  return undefined;
}

function sameOperands(a: Branch, b: Branch): boolean {
  return a.bits === b.bits && a.left === b.left && sameValue(a.right, b.right);
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind === 'immediate') return b.kind === 'immediate' && a.value === b.value;
  return b.kind === 'register' && (a.register satisfies VirtualRegister) === b.register;
}

/** Whether `branch` holds where `tested` is known to be `outcome`. */
function follows(tested: Branch, outcome: boolean, branch: Branch): boolean | undefined {
  if (tested.op === branch.op) return outcome;
  if (tested.op !== 'set' && INVERTED_COMPARISON[tested.op] === branch.op) return !outcome;
  return undefined;
}
