import type { IfExpression, Ternary } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { commonType } from './common-type.ts';
import { condition } from './condition.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail, isError } from './context.ts';
import { convert } from './convert.ts';
import { internLiterals } from './interned.ts';

/** `c ? a : b`, `c ?: b`, `if (c) { a } else { b }` as a value. A known condition leaves its branch alone. */
export function checkChoice(ctx: TypingContext, node: Ternary | IfExpression): TypedExpression {
  const tested = ctx.check(node.condition);
  const then = node.then ? ctx.check(node.then) : tested;
  const otherwise = ctx.check(node.otherwise);
  const [first, second] = [internLiterals(then, otherwise.type), internLiterals(otherwise, then.type)];
  const test = condition(ctx, tested, 'a condition');
  const { span } = node;
  if (isError(test)) return errorExpression(span);
  if (isError(first) || isError(second)) {
    if (ctx.final) return errorExpression(span);
    return isError(first) ? second : first;
  }
  if (first.type.kind === 'none' || second.type.kind === 'none') {
    return fail(ctx, 'no-value', span, 'both branches of a choice must give a value');
  }
  const type = commonType(first.type, second.type);
  if (!type) {
    const message = `the branches are ${printType(first.type)} and ${printType(second.type)}`;
    return fail(ctx, 'type-mismatch', span, message, { hint: 'both must be of one type' });
  }
  if (test.kind === 'integer') return test.value !== 0n ? first : second;
  return { kind: 'choice', condition: test, then: convert(first, type), otherwise: convert(second, type), type, span };
}
