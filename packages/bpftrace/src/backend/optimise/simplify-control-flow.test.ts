import { describe, expect, it } from 'vitest';
import { imm } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { simplifyControlFlow } from './simplify-control-flow.ts';

describe('simplifyControlFlow', () => {
  it('skips empty blocks, joins chains and makes one of equal returns', () => {
    const fn = buildMain((f) => {
      const [a, b, c, d] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('eq', f.params[0]!, imm(0), a, b);
      f.setBlock(a);
      f.goto(c);
      f.setBlock(b);
      f.return(imm(0));
      f.setBlock(c);
      f.callVoid(6, []);
      f.goto(d);
      f.setBlock(d);
    });
    expect(printBody(simplifyControlFlow(fn))).toEqual([
      'b0:',
      'branch %0 eq 0 then b3 otherwise b2',
      'b2:',
      'return 0',
      'b3:',
      'call helper#6()',
      'goto b2',
    ]);
  });
});
