import type { Value } from '../ir/index.ts';
import { reg } from '../ir/index.ts';
import type { TypedExpression } from '../typed/tree.ts';
import type { ProgramState } from './program-state.ts';

/** A condition as a value: 1 where it holds, else 0. */
export function truthValue(p: ProgramState, e: TypedExpression): Value {
  const { b } = p;
  const result = b.newRegister();
  const [yes, no, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  p.condition(e, yes, no);
  b.setBlock(yes);
  b.const(1, result);
  b.goto(done);
  b.setBlock(no);
  b.const(0, result);
  b.setBlock(done);
  return reg(result);
}
