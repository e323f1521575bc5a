import type { TypedProbe, TypedStatement, VariableSymbol } from '../typed/tree.ts';
import { constantOf } from './constant-fold.ts';
import { childrenOfExpression, childrenOfStatement, walk } from './typed-children.ts';
import { uninitialisedVariables } from './uninitialised-variables.ts';

/**
 * The verifier walks through every step of a plain loop. So many nodes of the tree, times the steps, are far below what it accepts (a
 * million instructions), and quick.
 */
const MAX_WALKED_NODES = 8_000;

export type Loop = TypedStatement & { readonly kind: 'for-range' | 'while' };

/** Whether a loop becomes a callback of bpf_loop: its count is not known, or too large to walk through. */
export function isCallbackLoop(s: TypedStatement): boolean {
  if (s.kind === 'while') return true;
  if (s.kind !== 'for-range') return false;
  const [start, end] = [constantOf(s.start), constantOf(s.end)];
  if (start === undefined || end === undefined) return true;
  const steps = end > start ? Number(end - start) : 0;
  return steps * [...walk(s.body)].length > MAX_WALKED_NODES;
}

/** Whether the body may leave the whole program. */
export function bodyLeaves(body: readonly TypedStatement[]): boolean {
  return [...walk(body)].some((node) => node.kind === 'return' || node.kind === 'exit');
}

/**
 * Variables that are mentioned in more than one function: in a callback, and in what is around it or in another callback. They live
 * in scratch memory, where all of them can reach them.
 */
export function capturedVariables(probe: TypedProbe): ReadonlySet<VariableSymbol> {
  const owners = new Map<VariableSymbol, Loop | undefined>();
  const captured = new Set<VariableSymbol>();
  const mention = (variable: VariableSymbol, owner: Loop | undefined) => {
    if (owners.has(variable) && owners.get(variable) !== owner) captured.add(variable);
    owners.set(variable, owner);
  };
  const visit = (node: TypedStatement | Parameters<typeof childrenOfExpression>[0], owner: Loop | undefined) => {
    if ('variable' in node) mention(node.variable, node.kind === 'for-range' && isCallbackLoop(node) ? node : owner);
    const isStatement = !('type' in node);
    const children = isStatement ? childrenOfStatement(node as TypedStatement) : childrenOfExpression(node);
    const inner = isStatement && isCallbackLoop(node as TypedStatement) ? (node as Loop) : owner;
    // The bounds of a range are evaluated outside, the condition of a `while` inside.
    for (const e of children.expressions) visit(e, node.kind === 'while' ? inner : owner);
    for (const s of children.statements) visit(s, inner);
  };
  // The main function clears these.
  for (const variable of uninitialisedVariables(probe)) mention(variable, undefined);
  if (probe.predicate) visit(probe.predicate, undefined);
  for (const s of probe.body) visit(s, undefined);
  return captured;
}
