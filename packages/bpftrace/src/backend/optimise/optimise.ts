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

/** Rounds after which nothing much is left to win. */
const MAX_ROUNDS = 4;

/**
 * The passes over the intermediate representation, in order. Each takes and gives a whole function, so each is tested alone.
 * The rounds end when one shortens the function no more.
 */
export function optimise(fn: IrFunction, byteOrder: 'little' | 'big'): IrFunction {
  let current = simplifyControlFlow(fn);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = sizeOf(current);
    current = splitWebs(current);
    current = simplify(current, byteOrder);
    current = reuseResults(current);
    current = simplify(current, byteOrder);
    current = threadJumps(current);
    current = decideBranches(current);
    current = eliminateDeadStores(current);
    current = eliminateDeadCode(current);
    current = simplifyControlFlow(current);
    if (sizeOf(current) === before) break;
  }
  return mergeStores(current, byteOrder);
}

/** Instructions and ways between blocks. */
function sizeOf(fn: IrFunction): number {
  return fn.blocks.reduce(
    (sum, block) => sum + block.instructions.length + (block.terminator.kind === 'branch' ? 3 : 2),
    0,
  );
}
