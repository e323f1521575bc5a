import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../ir/function-builder.ts';
import { imm } from '../ir/values.ts';
import { analyseControlFlow } from './control-flow.ts';
import { buildMain } from './emit-text.test-kit.ts';
import { orderBlocks } from './order-blocks.ts';

/** Ids in the order of their layout. */
function layoutOf(write: (f: FunctionBuilder) => void): number[] {
  const fn = buildMain(write);
  const flow = analyseControlFlow(fn);
  return orderBlocks(fn, flow).order.map((index) => flow.blocks[index]!.id);
}

describe('orderBlocks', () => {
  it('puts the join of a diamond behind both of its sides', () => {
    const order = layoutOf((f) => {
      const [then, otherwise, join] = [f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('eq', f.params[0]!, imm(0), then, otherwise);
      f.setBlock(then);
      f.goto(join);
      f.setBlock(otherwise);
      f.setBlock(join);
    });
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('puts what is unlikely, and what only that leads to, at the end', () => {
    const order = layoutOf((f) => {
      const [rare, behind, usual, join] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('eq', f.params[0]!, imm(0), rare, usual, { likely: 'otherwise' });
      f.setBlock(rare);
      f.setBlock(behind);
      f.goto(join);
      f.setBlock(usual);
      f.setBlock(join);
    });
    expect(order).toEqual([0, 3, 4, 1, 2]);
  });

  it('keeps the blocks of a loop together', () => {
    const order = layoutOf((f) => {
      const [head, done, body] = [f.newBlock(), f.newBlock(), f.newBlock()];
      f.setBlock(head);
      f.branch('lt', f.params[0]!, imm(9), body, done);
      f.setBlock(body);
      f.goto(head);
      f.setBlock(done);
    });
    expect(order).toEqual([0, 1, 3, 2]);
  });

  it('guesses that loops run often and unlikely ways rarely', () => {
    const fn = buildMain((f) => {
      const [head, body, done] = [f.newBlock(), f.newBlock(), f.newBlock()];
      f.setBlock(head);
      f.branch('lt', f.params[0]!, imm(9), body, done, { likely: 'then' });
      f.setBlock(body);
      f.goto(head);
      f.setBlock(done);
    });
    const flow = analyseControlFlow(fn);
    const { frequency } = orderBlocks(fn, flow);
    const [entry, , body, done] = [0, 1, 2, 3].map((id) => frequency[flow.indexOf.get(id as never)!]!);
    expect(body).toBeGreaterThan(entry!);
    expect(done).toBeLessThan(entry!);
  });
});
