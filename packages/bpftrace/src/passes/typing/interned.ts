import type { TypedExpression } from '../../typed/tree.ts';
import type { Type } from '../../types/type.ts';
import { INTERNED } from '../../types/type.ts';

/** What to do instead where the kernel would need the text itself. */
export const INTERNED_HINT = {
  hint: 'the kernel knows this text only by a number: compare it with a literal or with its like, or show it',
} as const;

/**
 * The expression as it is where a value of `wanted` belongs: literal texts are interned where that is, within tuples and records too. All else stays
 * as it was, of whatever type.
 */
export function internLiterals(expression: TypedExpression, wanted: Type | undefined): TypedExpression {
  switch (expression.kind) {
    case 'string':
      if (wanted?.kind !== 'interned') return expression;
      return { kind: 'interned', value: expression.value, type: INTERNED, span: expression.span };
    case 'tuple': {
      if (wanted?.kind !== 'tuple') return expression;
      const elements = expression.elements.map((element, i) => internLiterals(element, wanted.elements[i]));
      return { ...expression, elements, type: { kind: 'tuple', elements: elements.map(({ type }) => type) } };
    }
    case 'record': {
      if (wanted?.kind !== 'record') return expression;
      const fields = expression.fields.map((field, i) => internLiterals(field, wanted.fields[i]?.type));
      const types = expression.type.fields.map(({ name }, i) => ({ name, type: fields[i]!.type }));
      return { ...expression, fields, type: { kind: 'record', fields: types } };
    }
    default:
      return expression;
  }
}
