import { describe, expect, it } from 'vitest';
import { imm } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { decideBranches } from './decide-branches.ts';

describe('decideBranches', () => {
  it('tests nothing twice', () => {
    const fn = buildMain((f) => {
      const [hit, miss, again, never] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('ne', f.params[0]!, imm(0), hit, miss);
      f.setBlock(hit);
      f.branch('eq', f.params[0]!, imm(0), never, again);
      f.setBlock(never);
      f.callVoid(6, []);
      f.setBlock(again);
      f.callVoid(7, []);
      f.setBlock(miss);
    });
    const body = printBody(decideBranches(fn));
    expect(body.slice(body.indexOf('b1:'), body.indexOf('b1:') + 2)).toEqual(['b1:', 'goto b3']);
  });

  it('knows what a range rules out', () => {
    const fn = buildMain((f) => {
      const [positive, negative, done] = [f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('sgt', f.params[0]!, imm(0), positive, done);
      f.setBlock(positive);
      f.branch('slt', f.params[0]!, imm(0), negative, done);
      f.setBlock(negative);
      f.callVoid(6, []);
      f.setBlock(done);
    });
    expect(printBody(decideBranches(fn)).slice(2, 4)).toEqual(['b1:', 'goto b3']);
  });
});
