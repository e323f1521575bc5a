import type { JumpOp } from '@waggle/bpf/asm';
import type { Block, IrFunction, Terminator, Value } from '../../ir/ir.ts';
import { analyseControlFlow, type ControlFlow, withBlocks } from '../control-flow.ts';
import { findSingleDefinitions } from '../single-definitions.ts';
import { INVERTED_COMPARISON } from './fold.ts';
import { decideByRange, rangeOf } from './value-range.ts';

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
    if (terminator.kind === 'branch' && from === above && others.length === 0) {
      const holds = follows(terminator, terminator.then === flow.blocks[index]!.id, branch);
      if (holds !== undefined) return holds;
    }
    index = above;
  }
  return undefined;
}

/** Whether `branch` holds where `tested` is known to be `outcome`. */
function follows(tested: Branch, outcome: boolean, branch: Branch): boolean | undefined {
  if (tested.bits !== branch.bits || tested.left !== branch.left || tested.then === tested.otherwise) return undefined;
  const op = outcome ? tested.op : invert(tested.op);
  if (tested.right.kind === 'immediate' && branch.right.kind === 'immediate') {
    const { bits } = tested;
    const range = op && rangeOf(op, bits, BigInt(tested.right.value));
    const decided = range && decideByRange(range, branch.op, bits, BigInt(branch.right.value));
    if (decided !== undefined) return decided;
  }
  if (!sameValue(tested.right, branch.right)) return undefined;
  if (op === branch.op) return true;
  return op !== undefined && op === invert(branch.op) ? false : undefined;
}

function invert(op: JumpOp): JumpOp | undefined {
  return op === 'set' ? undefined : INVERTED_COMPARISON[op];
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind === 'immediate') return b.kind === 'immediate' && a.value === b.value;
  return b.kind === 'register' && a.register === b.register;
}
