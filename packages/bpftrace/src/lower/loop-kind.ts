import type { TypedExpression, TypedProbe, TypedStatement, VariableSymbol } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { constantOf } from './constant-fold.ts';
import { childrenOfExpression, childrenOfStatement, walk } from './typed-children.ts';
import { uninitialisedVariables } from './uninitialised-variables.ts';

/**
 * The verifier walks through every step of a plain loop, and remembers all branches behind it that it has not taken: 8192 in a whole
 * program. So many nodes of the tree, in all steps together, have far fewer, and are walked quickly.
 */
const MAX_WALKED_NODES = 4_000;

export type Loop = TypedStatement & { readonly kind: 'for-range' | 'while' };

/** Whether a loop becomes a callback of bpf_loop: its count is not known, or too large to walk through. */
export function isCallbackLoop(s: TypedStatement): boolean {
  if (s.kind === 'while') return true;
  if (s.kind !== 'for-range') return false;
  const steps = knownSteps(s);
  return steps === undefined || steps * walkedNodes(s.body, []) > MAX_WALKED_NODES;
}

function knownSteps(s: TypedStatement & { readonly kind: 'for-range' }): number | undefined {
  const [start, end] = [constantOf(s.start), constantOf(s.end)];
  if (start === undefined || end === undefined) return undefined;
  return end > start ? Number(end - start) : 0;
}

/** Nodes that the verifier walks through: those of loops as often as they run. */
function walkedNodes(statements: readonly TypedStatement[], expressions: readonly TypedExpression[]): number {
  let nodes = 0;
  for (const e of expressions) {
    const children = childrenOfExpression(e);
    nodes += stepsInside(e) + walkedNodes(children.statements, children.expressions);
  }
  for (const s of statements) {
    const children = childrenOfStatement(s);
    const often = s.kind === 'for-range' && !isCallbackLoop(s) ? (knownSteps(s) ?? 1) : 1;
    nodes += 1 + walkedNodes([], children.expressions) + often * walkedNodes(children.statements, []);
  }
  return nodes;
}

/** One, or as many as a loop has that lowering makes of the expression. */
function stepsInside(e: TypedExpression): number {
  if (e.kind === 'string-contains') return 2 * layoutOf(e.haystack.type).sizeBytes;
  if (e.kind !== 'string-compare') return 1;
  return 1 + Math.min(layoutOf(e.left.type).sizeBytes, layoutOf(e.right.type).sizeBytes) / 8;
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
