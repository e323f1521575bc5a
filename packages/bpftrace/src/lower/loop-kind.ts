import type { TypedExpression, TypedProbe, TypedStatement, VariableSymbol } from '../typed/tree.ts';
import { childrenOfExpression, childrenOfStatement, walk } from '../typed/typed-children.ts';
import { layoutOf } from '../types/layout.ts';
import { constantOf } from './constant-fold.ts';
import { uninitialisedVariables } from './uninitialised-variables.ts';

/**
 * The verifier walks through every step of plain loops, and remembers all branches behind it that it has not taken: 8192 in a whole
 * program. So many nodes of the tree, in all steps together, have far fewer, and are walked quickly.
 */
const MAX_WALKED_NODES = 4_000;

/** It does so once for each different state that a program may be in when it comes to the loop: there may be hundreds. */
const MAX_PLAIN_STEPS = 20;

/**
 * Where a loop compares with what is known of its step, the verifier may learn another range of the other side in each step, and then
 * walks through all that follows for each of these ranges; with several conditions, for all combinations. So many nodes in the worst
 * case are still walked quickly.
 */
const MAX_WALKED_COMBINATIONS = 20_000;

/** The limit where there is no bpf_loop: rather a program that the verifier may refuse than none. */
const MAX_WALKED_WITHOUT_CALLBACKS = 8_000;

export type Loop = TypedStatement & { readonly kind: 'for-range' | 'while' };

/**
 * The loops that become callbacks of bpf_loop: those whose count is not known, and those that are too large to walk through. Whoever
 * comes first in the text may be a plain loop.
 */
export function callbackLoops(probe: TypedProbe, hasHelper: boolean): ReadonlySet<TypedStatement> {
  const callbacks = new Set<TypedStatement>();
  let left = hasHelper ? MAX_WALKED_NODES : MAX_WALKED_WITHOUT_CALLBACKS;
  /** `inPlainLoop`: the cost of the loops in it is that loop's, and known. */
  const choose = (s: TypedStatement, inPlainLoop: boolean) => {
    let isPlain = inPlainLoop;
    if (s.kind === 'while' || s.kind === 'for-range') {
      const isCounted = s.kind === 'for-range' && knownSteps(s) !== undefined;
      const cost = isCounted && !inPlainLoop ? walkedNodes([s], []) : 0;
      isPlain = isCounted && cost <= left && !(hasHelper && isSlowToWalk(s, cost));
      if (isPlain) left -= cost;
      else callbacks.add(s);
    }
    const { expressions, statements } = childrenOfStatement(s);
    const nested = [...walk([], expressions)].flatMap((e) => (e.kind === 'block-value' ? e.statements : []));
    for (const child of [...nested, ...statements]) choose(child, isPlain);
  };
  for (const s of probe.body) choose(s, false);
  return callbacks;
}

function isSlowToWalk(loop: TypedStatement, cost: number): boolean {
  const steps = walkedSteps([loop]);
  return steps > MAX_PLAIN_STEPS || cost * steps ** conditionsIn([loop]) > MAX_WALKED_COMBINATIONS;
}

function knownSteps(s: TypedStatement & { readonly kind: 'for-range' }): number | undefined {
  const [start, end] = [constantOf(s.start), constantOf(s.end)];
  if (start === undefined || end === undefined) return undefined;
  return end > start ? Number(end - start) : 0;
}

/** How often the verifier walks through what is in a statement. */
function timesOf(s: TypedStatement): number {
  if (s.kind === 'while') return WALKS_OF_CALLBACK;
  return s.kind === 'for-range' ? (knownSteps(s) ?? WALKS_OF_CALLBACK) : 1;
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
    nodes += 1 + walkedNodes([], children.expressions) + timesOf(s) * walkedNodes(children.statements, []);
  }
  return nodes;
}

/** How often the innermost loop runs. */
function walkedSteps(statements: readonly TypedStatement[]): number {
  const steps = statements.map((s) => {
    const inner = walkedSteps(childrenOfStatement(s).statements);
    return timesOf(s) * inner;
  });
  return Math.max(1, ...steps);
}

function conditionsIn(body: readonly TypedStatement[]): number {
  return [...walk(body)].filter(({ kind }) => CONDITIONS.has(kind)).length;
}

const CONDITIONS: ReadonlySet<string> = new Set(['if', 'choice', 'logical']);

/** It walks through a callback until it learns nothing new. */
const WALKS_OF_CALLBACK = 4;

/** The verifier walks through what follows a call of for_each_map_elem about so often. */
const WALKS_AFTER_CALLBACK = 65;

/** One, or as many as a loop has that lowering makes of the expression. */
function stepsInside(e: TypedExpression): number {
  if (e.kind === 'string-contains') return 2 * layoutOf(e.haystack.type).sizeBytes;
  if (e.kind === 'map-length') return WALKS_AFTER_CALLBACK ** 2;
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
export function capturedVariables(
  probe: TypedProbe,
  callbacks: ReadonlySet<TypedStatement>,
): ReadonlySet<VariableSymbol> {
  const owners = new Map<VariableSymbol, Loop | undefined>();
  const captured = new Set<VariableSymbol>();
  const mention = (variable: VariableSymbol, owner: Loop | undefined) => {
    if (owners.has(variable) && owners.get(variable) !== owner) captured.add(variable);
    owners.set(variable, owner);
  };
  const visit = (node: TypedStatement | Parameters<typeof childrenOfExpression>[0], owner: Loop | undefined) => {
    if ('variable' in node) mention(node.variable, node.kind === 'for-range' && callbacks.has(node) ? node : owner);
    const isStatement = !('type' in node);
    const children = isStatement ? childrenOfStatement(node as TypedStatement) : childrenOfExpression(node);
    const inner = isStatement && callbacks.has(node as TypedStatement) ? (node as Loop) : owner;
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
