import type { IrFunction } from '../../ir/ir.ts';
import { decideBranches } from './decide-branches.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { eliminateDeadStores } from './eliminate-dead-stores.ts';
import { mergeStores } from './merge-stores.ts';
import { reuseResults } from './reuse-results.ts';
import { simplify } from './simplify.ts';
import { simplifyControlFlow } from './simplify-control-flow.ts';
import { splitWebs } from './split-webs.ts';
import { threadJumps } from './thread-jumps.ts';

/** Jumps over jumps over jumps: deeper nests of `&&` and `||` keep a test or two. */
const MAX_ROUNDS = 4;

/**
 * The passes over the intermediate representation, in order. Each takes a whole function and gives a whole one, the same where it finds
 * nothing to do, so each is tested alone, and what depends on its changes is done again only where there are any.
 */
export function optimise(source: IrFunction, byteOrder: 'little' | 'big'): IrFunction {
  let fn = simplify(splitWebs(simplifyControlFlow(source)), byteOrder);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const threaded = threadJumps(fn);
    if (threaded === fn) break;
    fn = simplify(splitWebs(simplifyControlFlow(threaded)), byteOrder);
  }
  fn = simplify(reuseResults(fn), byteOrder);
  const decided = decideBranches(fn);
  if (decided !== fn) fn = simplify(splitWebs(simplifyControlFlow(decided)), byteOrder);
  fn = eliminateDeadCode(eliminateDeadStores(fn));
  return mergeStores(simplifyControlFlow(fn), byteOrder);
}
