import type { TypedExpression, TypedProbe, TypedStatement, VariableSymbol } from '../typed/tree.ts';
import { childrenOfExpression, childrenOfStatement } from '../typed/typed-children.ts';

type Assigned = Set<VariableSymbol>;

/** Variables that may be read before they are assigned, such as `let $x;` and then an assignment in one branch only: they start as zero. */
export function uninitialisedVariables(probe: TypedProbe): ReadonlySet<VariableSymbol> {
  const found = new Set<VariableSymbol>();
  const assigned: Assigned = new Set();
  if (probe.predicate) scanExpression(probe.predicate, assigned, found);
  scanStatements(probe.body, assigned, found);
  return found;
}

function scanStatements(statements: readonly TypedStatement[], assigned: Assigned, found: Assigned): void {
  for (const s of statements) scanStatement(s, assigned, found);
}

function scanStatement(s: TypedStatement, assigned: Assigned, found: Assigned): void {
  const children = childrenOfStatement(s);
  for (const e of children.expressions) scanExpression(e, assigned, found);
  switch (s.kind) {
    case 'assign-variable':
      assigned.add(s.variable);
      return;
    case 'if': {
      const [then, otherwise] = [new Set(assigned), new Set(assigned)];
      scanStatements(s.then, then, found);
      scanStatements(s.otherwise, otherwise, found);
      for (const variable of then) if (otherwise.has(variable)) assigned.add(variable);
      return;
    }
    case 'for-range':
    case 'for-map':
      scanStatements(s.body, new Set([...assigned, s.variable]), found);
      return;
    case 'while':
      scanStatements(s.body, new Set(assigned), found);
      return;
    default:
  }
}

function scanExpression(e: TypedExpression, assigned: Assigned, found: Assigned): void {
  if ((e.kind === 'variable' || e.kind === 'variable-update') && !assigned.has(e.variable)) found.add(e.variable);
  if (e.kind === 'block-value') {
    const inner = new Set(assigned);
    scanStatements(e.statements, inner, found);
    scanExpression(e.value, inner, found);
    return;
  }
  for (const child of childrenOfExpression(e).expressions) scanExpression(child, assigned, found);
}
