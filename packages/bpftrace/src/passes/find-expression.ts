import type { Expression, Probe } from '../syntax/ast.ts';

/** The first expression of a probe, its predicate included, for which `test` holds. */
export function findExpression(probe: Probe, test: (expression: Expression) => boolean): Expression | undefined {
  return search(probe.predicate, test) ?? search(probe.body, test);
}

/** Nodes of the tree are plain data: every object with a `kind` below a node is a part of it. */
function search(node: unknown, test: (expression: Expression) => boolean): Expression | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('kind' in node && test(node as Expression)) return node as Expression;
  for (const child of Object.values(node)) {
    if (typeof child !== 'object') continue;
    const found = search(child, test);
    if (found) return found;
  }
  return undefined;
}
