import { describe, expect, it } from 'vitest';
import { at, imm, mapAddress, reg } from '../../ir/values.ts';
import { buildMain, printBody } from '../emit-text.test-kit.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';

const LOOKUP = 1;
const PID_TGID = 14;

describe('eliminateDeadCode', () => {
  it('removes what is not read, and results that are not', () => {
    const fn = buildMain((f) => {
      f.binary('add', f.load(8, at(f.params[0]!)), imm(1));
      f.call(PID_TGID, []);
      f.call(LOOKUP, [mapAddress('m'), reg(f.params[0]!)]);
    });
    expect(printBody(eliminateDeadCode(fn))).toEqual(['b0:', 'call helper#1(map m, %0)', 'return 0']);
  });
});
