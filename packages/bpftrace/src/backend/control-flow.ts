import type { Block, BlockId, IrFunction, IrInstruction, Terminator } from '../ir/ir.ts';
import { successorsOf } from '../ir/operands.ts';

/** The shape of a function: its reachable blocks by number, in reverse postorder (so 0 is the entry). */
export interface ControlFlow {
  readonly blocks: readonly Block[];
  readonly indexOf: ReadonlyMap<BlockId, number>;
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
  /** The closest block that every path to this one passes; the entry's is itself. */
  readonly dominator: readonly number[];
  /** How many loops a block is in. */
  readonly loopDepth: readonly number[];
  /** Whether every path to `b` passes `a`; a block dominates itself. */
  dominates(a: number, b: number): boolean;
}

export function analyseControlFlow(fn: IrFunction): ControlFlow {
  const blocks = reversePostorder(fn);
  const indexOf = new Map(blocks.map((block, index) => [block.id, index]));
  const successors = blocks.map((block) => successorsOf(block.terminator).map((target) => indexOf.get(target)!));
  const predecessors: number[][] = blocks.map(() => []);
  for (const [index, targets] of successors.entries()) for (const target of targets) predecessors[target]!.push(index);
  const dominator = findDominators(predecessors);
  const dominates = (a: number, b: number) => {
    let block = b;
    while (block > a) block = dominator[block]!;
    return block === a;
  };
  const loopDepth = findLoopDepths(successors, predecessors, dominates);
  return { blocks, indexOf, successors, predecessors, dominator, loopDepth, dominates };
}

/** The shape of a function that a pass has made of another: the same one, unless ways between blocks have changed. */
export function updateControlFlow(flow: ControlFlow, fn: IrFunction): ControlFlow {
  if (fn.blocks.length !== flow.blocks.length) return analyseControlFlow(fn);
  const blocks = [...flow.blocks];
  for (const block of fn.blocks) {
    const index = flow.indexOf.get(block.id);
    if (index === undefined || !sameTargets(block.terminator, blocks[index]!.terminator)) return analyseControlFlow(fn);
    blocks[index] = block;
  }
  return { ...flow, blocks };
}

function sameTargets(a: Terminator, b: Terminator): boolean {
  if (a === b) return true;
  if (a.kind === 'goto') return b.kind === 'goto' && a.target === b.target;
  if (a.kind === 'branch') return b.kind === 'branch' && a.then === b.then && a.otherwise === b.otherwise;
  return b.kind === 'return';
}

/** The function with its reachable blocks replaced, each by the one of its number, in the layout's order; itself, where all are the same. */
export function withBlocks(fn: IrFunction, flow: ControlFlow, blocks: readonly Block[]): IrFunction {
  if (fn.blocks.length === blocks.length && blocks.every((block, index) => block === flow.blocks[index])) return fn;
  const kept: Block[] = [];
  for (const { id } of fn.blocks) {
    const index = flow.indexOf.get(id);
    if (index !== undefined) kept.push(blocks[index]!);
  }
  return { ...fn, blocks: kept };
}

/** The block with other contents; itself, where they are the same. */
export function withContents(
  block: Block,
  instructions: readonly IrInstruction[],
  terminator: Terminator = block.terminator,
): Block {
  const before = block.instructions;
  const isSame =
    terminator === block.terminator &&
    instructions.length === before.length &&
    instructions.every((instruction, index) => instruction === before[index]);
  return isSame ? block : { ...block, instructions, terminator };
}

/** Visits the first way of a branch last, so that it comes first in the order. */
function reversePostorder(fn: IrFunction): Block[] {
  const byId = new Map(fn.blocks.map((block) => [block.id, block]));
  const entry = fn.blocks[0];
  if (!entry) throw new Error(`function ${fn.name} has no block`);
  const seen = new Set<BlockId>([entry.id]);
  const path = [{ block: entry, rest: [...successorsOf(entry.terminator)] }];
  const postorder: Block[] = [];
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const target = top.rest.pop();
    if (target === undefined) {
      postorder.push(top.block);
      path.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      const block = byId.get(target);
      if (!block) throw new Error(`function ${fn.name} has no block ${target}`);
      path.push({ block, rest: [...successorsOf(block.terminator)] });
    }
  }
  return postorder.reverse();
}

/** Cooper, Harvey and Kennedy: "A simple, fast dominance algorithm". */
function findDominators(predecessors: readonly (readonly number[])[]): number[] {
  const dominator: number[] = predecessors.map((_, index) => (index === 0 ? 0 : -1));
  const meet = (a: number, b: number) => {
    let left = a;
    let right = b;
    while (left !== right) {
      while (left > right) left = dominator[left]!;
      while (right > left) right = dominator[right]!;
    }
    return left;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = 1; index < predecessors.length; index++) {
      let next = -1;
      for (const from of predecessors[index]!) {
        if (dominator[from] === -1) continue;
        next = next === -1 ? from : meet(from, next);
      }
      if (next !== dominator[index]) {
        dominator[index] = next;
        changed = true;
      }
    }
  }
  return dominator;
}

/** An edge to a dominator closes a natural loop: the blocks that reach the edge without passing the head. */
function findLoopDepths(
  successors: readonly (readonly number[])[],
  predecessors: readonly (readonly number[])[],
  dominates: (a: number, b: number) => boolean,
): number[] {
  const bodies = new Map<number, Set<number>>();
  for (const [tail, targets] of successors.entries()) {
    for (const head of targets) {
      if (!dominates(head, tail)) continue;
      const body = bodies.get(head) ?? new Set([head]);
      bodies.set(head, body);
      const work = [tail];
      for (let block = work.pop(); block !== undefined; block = work.pop()) {
        if (body.has(block)) continue;
        body.add(block);
        work.push(...predecessors[block]!);
      }
    }
  }
  const depth = successors.map(() => 0);
  for (const body of bodies.values()) for (const block of body) depth[block]!++;
  return depth;
}
