import { binaryPrecedence, isBinaryOperator } from './precedence.ts';
import type { Token } from './token.ts';

const maximumDepth = 64;
const maximumSteps = 10_000;

/**
 * The value of the condition of an `#if`, undefined where it is none. As in C, names that are no macros are 0, and
 * `defined NAME`, `defined(NAME)` ask whether there is a macro.
 */
export function evaluateCondition(
  tokens: readonly Token[],
  macro: (name: string) => readonly Token[] | undefined,
): bigint | undefined {
  const queue = expand(tokens, macro);
  let at = 0;

  const unary = (depth: number): bigint | undefined => {
    const token = queue[at++];
    if (!token || depth > maximumDepth) return undefined;
    if (token.kind === 'integer') return token.value;
    if (token.kind === 'identifier') return token.text === 'true' ? 1n : 0n;
    if (token.kind === '(') {
      const value = binary(1, depth + 1);
      return queue[at++]?.kind === ')' ? value : undefined;
    }
    if (token.kind !== '!' && token.kind !== '-' && token.kind !== '~') return undefined;
    const operand = unary(depth + 1);
    if (operand === undefined) return undefined;
    if (token.kind === '!') return operand === 0n ? 1n : 0n;
    return BigInt.asIntN(64, token.kind === '-' ? -operand : ~operand);
  };

  const binary = (minimum: number, depth: number): bigint | undefined => {
    let left = unary(depth);
    for (let token = queue[at]; token && left !== undefined; token = queue[at]) {
      if (!isBinaryOperator(token.kind) || binaryPrecedence[token.kind] < minimum) break;
      at += 1;
      const right = binary(binaryPrecedence[token.kind] + 1, depth + 1);
      left = right === undefined ? undefined : compute(token.kind, left, right);
    }
    return left;
  };

  const value = binary(1, 0);
  return at === queue.length ? value : undefined;
}

function compute(operator: keyof typeof binaryPrecedence, left: bigint, right: bigint): bigint | undefined {
  const truth = (holds: boolean) => (holds ? 1n : 0n);
  const wrap = (value: bigint) => BigInt.asIntN(64, value);
  switch (operator) {
    case '||':
      return truth(left !== 0n || right !== 0n);
    case '&&':
      return truth(left !== 0n && right !== 0n);
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<':
      return truth(left < right);
    case '<=':
      return truth(left <= right);
    case '>':
      return truth(left > right);
    case '>=':
      return truth(left >= right);
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '<<':
      return wrap(left << (right & 63n));
    case '>>':
      return left >> (right & 63n);
    case '+':
      return wrap(left + right);
    case '-':
      return wrap(left - right);
    case '*':
      return wrap(left * right);
    case '/':
      return right === 0n ? undefined : wrap(left / right);
    case '%':
      return right === 0n ? undefined : left % right;
  }
}

/** Replaces macros, each once a place, and answers `defined`. */
function expand(tokens: readonly Token[], macro: (name: string) => readonly Token[] | undefined): Token[] {
  const result: Token[] = [];
  const pending: { readonly tokens: readonly Token[]; at: number; readonly name: string }[] = [
    { tokens, at: 0, name: '' },
  ];
  let steps = 0;
  for (let frame = pending.at(-1); frame && steps < maximumSteps; frame = pending.at(-1)) {
    steps += 1;
    const token = frame.tokens[frame.at++];
    if (!token) {
      pending.pop();
      continue;
    }
    if (token.text === 'defined') {
      const inParentheses = frame.tokens[frame.at]?.kind === '(';
      const name = frame.tokens[frame.at + (inParentheses ? 1 : 0)];
      frame.at += inParentheses ? 3 : 1;
      result.push({ ...token, kind: 'integer', value: name && macro(name.text) ? 1n : 0n, unsigned: false });
      continue;
    }
    const body = token.kind === 'identifier' ? macro(token.text) : undefined;
    if (body && pending.length < maximumDepth && !pending.some(({ name }) => name === token.text)) {
      pending.push({ tokens: body, at: 0, name: token.text });
    } else result.push(token);
  }
  return result;
}
