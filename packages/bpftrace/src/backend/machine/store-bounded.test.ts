import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../../ir/function-builder.ts';
import { at, imm, reg } from '../../ir/values.ts';
import { emitMain } from '../emit-text.test-kit.ts';

const PRINTK = 6;

/** More registers than calls keep, each bounded by a comparison between two calls; their sum is the result. */
function boundMany(f: FunctionBuilder): void {
  const values = Array.from({ length: 6 }, (_, index) => f.load(8, at(f.params[0]!, index * 8)));
  f.callVoid(PRINTK, []);
  for (const value of values) {
    const [over, done] = [f.newBlock(), f.newBlock()];
    f.branch('gt', value, imm(64), over, done);
    f.setBlock(over);
    f.const(64, value);
    f.goto(done);
    f.setBlock(done);
  }
  f.callVoid(PRINTK, []);
  f.return(reg(values.reduce((sum, value) => f.binary('add', sum, reg(value)))));
}

describe('a register in memory', () => {
  it('is stored again where a comparison has bounded it', () => {
    const lines = emitMain(boundMany);
    const loaded = lines.flatMap((line, index) => {
      const match = /^(r\d) = \*\(u64 \*\)\(r10 (-\d+)\)$/.exec(line);
      return match && lines[index + 1]!.startsWith(`if ${match[1]} > 64 `)
        ? [{ index, reg: match[1]!, at: match[2]! }]
        : [];
    });
    expect(loaded.length).toBeGreaterThan(1);
    for (const { index, reg, at } of loaded) expect(lines[index + 2]).toBe(`*(u64 *)(r10 ${at}) = ${reg}`);
  });
});
