import { describe, expect, it } from 'vitest';
import { imm, reg } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { splitWebs } from './split-webs.ts';

describe('splitWebs', () => {
  it('gives each life of a register its own name', () => {
    const fn = buildMain((f) => {
      const x = f.const(1);
      f.callVoid(6, [reg(x)]);
      f.const(2, x);
      f.callVoid(6, [reg(x)]);
    });
    expect(printBody(splitWebs(fn))).toEqual([
      'b0:',
      '%1 = const 1',
      'call helper#6(%1)',
      '%2 = const 2',
      'call helper#6(%2)',
      'return 0',
    ]);
  });

  it('keeps together what meets at a use', () => {
    const fn = buildMain((f) => {
      const [then, join] = [f.newBlock(), f.newBlock()];
      const x = f.const(1);
      f.branch('eq', f.params[0]!, imm(0), then, join);
      f.setBlock(then);
      f.const(2, x);
      f.setBlock(join);
      f.callVoid(6, [reg(x)]);
    });
    expect(printBody(splitWebs(fn))).toEqual(printBody(fn));
  });
});
