import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../../ir/function-builder.ts';
import { imm } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { optimise } from './optimise.ts';
import { threadJumps } from './thread-jumps.ts';

/** `x = a > 5 ? 1 : 0; if (x != 0) …` */
function testedBoolean(f: FunctionBuilder): void {
  const [yes, no, join, then, done] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
  const flag = f.newRegister();
  f.branch('gt', f.params[0]!, imm(5), yes, no);
  f.setBlock(yes);
  f.const(1, flag);
  f.goto(join);
  f.setBlock(no);
  f.const(0, flag);
  f.setBlock(join);
  f.branch('ne', flag, imm(0), then, done);
  f.setBlock(then);
  f.callVoid(6, []);
  f.setBlock(done);
}

describe('threadJumps', () => {
  it('jumps over a test whose outcome is known', () => {
    const body = printBody(threadJumps(buildMain(testedBoolean)));
    expect(body.slice(2, 8)).toEqual(['b1:', '%1 = const 1', 'goto b4', 'b2:', '%1 = const 0', 'goto b5']);
  });

  it('leaves nothing of a boolean that was only tested', () => {
    expect(printBody(optimise(buildMain(testedBoolean), { byteOrder: 'little', isMain: true }).fn)).toEqual([
      'b0:',
      'branch %0 gt 5 then b1 otherwise b5',
      'b1:',
      'call helper#6()',
      'goto b5',
      'b5:',
      'return 0',
    ]);
  });

  it('gives the same function back where there is nothing to do', () => {
    const fn = buildMain((f) => f.callVoid(6, []));
    expect(threadJumps(fn)).toBe(fn);
  });
});
