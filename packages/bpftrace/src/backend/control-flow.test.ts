import { describe, expect, it } from 'vitest';
import { FunctionBuilder } from '../ir/function-builder.ts';
import type { IrFunction } from '../ir/ir.ts';
import { imm } from '../ir/values.ts';
import { analyseControlFlow, updateControlFlow, withBlocks, withContents } from './control-flow.ts';

/** A function of as many blocks as there are lists; each goes to those that its list names. */
function graph(...targets: readonly (readonly number[])[]): IrFunction {
  const f = new FunctionBuilder('main');
  const blocks = targets.map(() => f.newBlock());
  f.goto(blocks[0]!);
  for (const [index, [then, otherwise]] of targets.entries()) {
    f.setBlock(blocks[index]!);
    if (then === undefined) f.return();
    else if (otherwise === undefined) f.goto(blocks[then]!);
    else f.branch('eq', f.params[0]!, imm(index), blocks[then]!, blocks[otherwise]!);
  }
  return f.build();
}

describe('analyseControlFlow', () => {
  it('numbers reachable blocks, the entry first', () => {
    const flow = analyseControlFlow(graph([1, 2], [3], [3], [], [0]));
    expect(flow.blocks.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(flow.successors).toEqual([[1], [2, 3], [4], [4], []]);
    expect(flow.predecessors).toEqual([[], [0], [1], [1], [2, 3]]);
  });

  it('finds dominators', () => {
    const flow = analyseControlFlow(graph([1, 2], [3], [3], []));
    expect(flow.dominator).toEqual([0, 0, 1, 1, 1]);
    expect([flow.dominates(1, 4), flow.dominates(2, 4), flow.dominates(4, 4)]).toEqual([true, false, true]);
  });

  it('finds loops in loops', () => {
    // 1 (2 (3) ) 4: an outer loop of 1, 2 and 3 around one of 2 and 3.
    const flow = analyseControlFlow(graph([1, 3], [2], [1, 0], []));
    const depthOf = new Map(flow.blocks.map(({ id }, index) => [id as number, flow.loopDepth[index]]));
    expect([1, 2, 3, 4].map((id) => depthOf.get(id))).toEqual([1, 2, 2, 0]);
  });
});

describe('updateControlFlow', () => {
  const fn = graph([1, 2], [3], [3], []);
  const flow = analyseControlFlow(fn);

  it('keeps the shape where only contents change', () => {
    const [block] = flow.blocks;
    const changed = withContents(block!, [{ kind: 'const', dst: fn.params[0]!, value: 1n }]);
    const next = withBlocks(fn, flow, [changed, ...flow.blocks.slice(1)]);
    const updated = updateControlFlow(flow, next);
    expect(updated.blocks[0]).toBe(changed);
    expect(updated.dominator).toBe(flow.dominator);
  });

  it('looks again where a way has changed', () => {
    const blocks = flow.blocks.map((block, index) =>
      index === 1 ? { ...block, terminator: { kind: 'goto', target: flow.blocks[4]!.id } as const } : block,
    );
    expect(updateControlFlow(flow, withBlocks(fn, flow, blocks)).blocks).toHaveLength(3);
  });

  it('gives a function back that has not changed', () => {
    expect(withBlocks(fn, flow, flow.blocks)).toBe(fn);
  });
});
