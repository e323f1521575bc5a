import type { BinaryOperator } from '../../syntax/ast.ts';

/**
 * What an operator gives for two literals, exactly; undefined where that is no 64-bit number (a division by zero, a shift too
 * far). Division and remainder of literals keep their sign, unlike those at run time.
 */
export function foldLiterals(operator: BinaryOperator, left: bigint, right: bigint): bigint | boolean | undefined {
  switch (operator) {
    case '+':
      return within(left + right);
    case '-':
      return within(left - right);
    case '*':
      return within(left * right);
    case '/':
      return right === 0n ? undefined : within(left / right);
    case '%':
      return right === 0n ? undefined : within(left % right);
    case '<<':
      return right < 0n || right > 63n ? undefined : within(left << right);
    case '>>':
      return right < 0n || right > 63n ? undefined : within(left >> right);
    case '&':
      return within(left & right);
    case '|':
      return within(left | right);
    case '^':
      return within(left ^ right);
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '&&':
      return left !== 0n && right !== 0n;
    case '||':
      return left !== 0n || right !== 0n;
  }
}

function within(value: bigint): bigint | undefined {
  return value >= -(1n << 63n) && value < 1n << 64n ? value : undefined;
}
