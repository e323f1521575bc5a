import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { string } from './constants.ts';
import type { TypingContext } from './context.ts';
import { fail } from './context.ts';

/** What is tested against zero: an integer, a bool, a pointer; a string is true where it is not empty, an interned one where there is one. */
export function condition(ctx: TypingContext, expression: TypedExpression, where: string): TypedExpression {
  switch (expression.type.kind) {
    case 'int':
    case 'bool':
    case 'pointer':
    case 'interned':
    case 'error':
      return expression;
    case 'string': {
      const { span } = expression;
      const right = string('', span);
      return {
        kind: 'string-compare',
        equal: false,
        left: expression,
        right,
        bytes: false,
        type: { kind: 'bool' },
        span,
      };
    }
    default:
      return fail(
        ctx,
        'type-mismatch',
        expression.span,
        `${where} must be a number, not ${printType(expression.type)}`,
      );
  }
}
