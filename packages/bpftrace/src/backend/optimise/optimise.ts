import type { IrFunction } from '../../ir/ir.ts';
import { analyseControlFlow, type ControlFlow, updateControlFlow } from '../control-flow.ts';
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

export interface OptimiseOptions {
  readonly byteOrder: 'little' | 'big';
  /** The first parameter is the context of the program. */
  readonly isMain: boolean;
}

/** A function and its shape. */
export interface ShapedFunction {
  readonly fn: IrFunction;
  readonly flow: ControlFlow;
}

/**
 * The passes over the intermediate representation, in order. Each takes a whole function and gives a whole one, the same where it finds
 * nothing to do, so each is tested alone, and what depends on its changes is done again only where there are any.
 */
export function optimise(source: IrFunction, options: OptimiseOptions): ShapedFunction {
  const { byteOrder, isMain } = options;
  let fn = source;
  let flow = analyseControlFlow(fn);
  const apply = (pass: (fn: IrFunction, flow: ControlFlow) => IrFunction): boolean => {
    const next = pass(fn, flow);
    if (next === fn) return false;
    flow = updateControlFlow(flow, next);
    fn = next;
    return true;
  };
  const simplifyValues = () => apply((one, shape) => simplify(one, byteOrder, shape));
  const restart = () => {
    apply(simplifyControlFlow);
    apply(splitWebs);
    simplifyValues();
  };
  restart();
  for (let round = 0; round < MAX_ROUNDS && apply(threadJumps); round++) restart();
  if (apply((one, shape) => reuseResults(one, shape, { isMain }))) simplifyValues();
  if (apply(decideBranches)) restart();
  apply(eliminateDeadStores);
  apply(eliminateDeadCode);
  apply(simplifyControlFlow);
  apply((one) => mergeStores(one, byteOrder));
  return { fn, flow };
}
