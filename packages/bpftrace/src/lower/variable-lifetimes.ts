import type { TypedExpression, TypedProbe, TypedStatement, VariableSymbol } from '../typed/tree.ts';
import { childrenOfExpression, childrenOfStatement } from '../typed/typed-children.ts';
import { uninitialisedVariables } from './uninitialised-variables.ts';

/** Between these points of a probe, counted in the order of the text, a variable holds something. */
export interface Lifetime {
  readonly first: number;
  readonly last: number;
}

/**
 * When each variable of a probe is in use. Variables of blocks that follow each other, such as the copies of an unrolled body, are
 * never in use together. What a loop uses and has not made itself lives until the loop ends.
 */
export function variableLifetimes(probe: TypedProbe): ReadonlyMap<VariableSymbol, Lifetime> {
  const lifetimes = new Map<VariableSymbol, Lifetime>();
  let now = 0;
  const use = (variable: VariableSymbol) => {
    lifetimes.set(variable, { first: lifetimes.get(variable)?.first ?? now, last: now });
  };
  /** All that a statement reads may be in use until its last expression is done. */
  const visitExpressions = (expressions: readonly TypedExpression[]) => {
    const used: VariableSymbol[] = [];
    const visit = (e: TypedExpression) => {
      if ('variable' in e) used.push(e.variable);
      if ('variable' in e) use(e.variable);
      const children = childrenOfExpression(e);
      for (const s of children.statements) visitStatement(s);
      for (const child of children.expressions) visit(child);
    };
    for (const e of expressions) visit(e);
    now++;
    for (const variable of used) use(variable);
  };
  const visitStatement = (s: TypedStatement) => {
    const start = ++now;
    if ('variable' in s) use(s.variable);
    const children = childrenOfStatement(s);
    visitExpressions(children.expressions);
    if ('variable' in s) use(s.variable);
    for (const child of children.statements) visitStatement(child);
    now++;
    if (s.kind !== 'for-range' && s.kind !== 'for-map' && s.kind !== 'while') return;
    for (const [variable, { first, last }] of lifetimes) if (first <= start && last >= start) use(variable);
  };
  for (const variable of uninitialisedVariables(probe)) use(variable);
  if (probe.predicate) visitExpressions([probe.predicate]);
  for (const s of probe.body) visitStatement(s);
  return lifetimes;
}
