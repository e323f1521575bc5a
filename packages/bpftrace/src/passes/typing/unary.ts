import type { Unary } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { BOOL, INT64, UINT64 } from '../../types/type.ts';
import { addressOfLoad } from './address.ts';
import { condition } from './condition.ts';
import { boolean, constantInt, integer, literal } from './constants.ts';
import type { TypingContext } from './context.ts';
import { fail, isError } from './context.ts';
import { convert } from './convert.ts';
import { dereference } from './index-access.ts';
import { isUntyped } from './literal-types.ts';

/** `-x`, `~x`, `!x`, `*p`, `&p.x`. */
export function checkUnary(ctx: TypingContext, node: Unary): TypedExpression {
  const operand = ctx.check(node.operand);
  const { operator, span } = node;
  if (isError(operand)) return operand;
  switch (operator) {
    case '*':
      return dereference(ctx, { address: operand, type: operand.type }, span);
    case '&':
      if (operand.kind === 'load' && !operand.bitfield) return { ...addressOfLoad(operand, operand.type), span };
      return fail(
        ctx,
        'not-yet-supported',
        span,
        'only the address of something behind a pointer can be taken so far',
        {
          hint: 'as in &curtask.comm',
        },
      );
    case '!': {
      const tested = condition(ctx, operand, 'the operand of !');
      if (isError(tested)) return tested;
      if (tested.kind === 'integer') return boolean(tested.value === 0n, span);
      return { kind: 'unary', operator, operand: tested, type: BOOL, span };
    }
    default:
      return number(ctx, operator, operand, node);
  }
}

/** In 64 bits, with the operand's sign. */
function number(ctx: TypingContext, operator: '-' | '~', operand: TypedExpression, node: Unary): TypedExpression {
  const { span } = node;
  if (operand.type.kind !== 'int') {
    return fail(ctx, 'type-mismatch', span, `operator ${operator} does not work on ${printType(operand.type)}`);
  }
  const constant = constantInt(operand);
  const untyped = constant !== undefined && isUntyped(operand.type);
  if (untyped && operator === '-') return literal(-constant, span);
  // The literal alone is a uint64: it takes the sign to be one that int64 holds.
  if (node.operand.kind === 'integer' && operator === '-' && constant === 1n << 63n) return literal(-constant, span);
  if (untyped && operator === '~') return integer(BigInt.asUintN(64, ~constant), UINT64, span);
  const type = operand.type.signed ? INT64 : UINT64;
  return { kind: 'unary', operator, operand: convert(operand, type), type, span };
}
