import { cover } from '../source/span.ts';
import type { Expression, UnaryOperator } from './ast.ts';
import { parseParenthesized } from './parse-parenthesized.ts';
import { checkUpdate, parsePostfix } from './parse-postfix.ts';
import { parsePrimary } from './parse-primary.ts';
import type { ParserState } from './parser-state.ts';
import { binaryPrecedence, isBinaryOperator } from './precedence.ts';

/**
 * ```text
 * Expression = Binary ('?' Expression? ':' Expression)?
 * ```
 * With `first`, that primary expression has been parsed already.
 */
export function parseExpression(p: ParserState, first?: Expression): Expression {
  const start = p.token.span.start;
  return p.nested(() => parseTernary(p, first)) ?? p.errorNode(start);
}

function parseTernary(p: ParserState, first?: Expression): Expression {
  const condition = parseBinary(p, 1, first && parsePostfix(p, first));
  if (p.panicking || !p.accept('?')) return condition;
  const then = p.at(':') ? undefined : parseExpression(p);
  p.expect(':', "after the second operand of '?'");
  const otherwise = parseExpression(p);
  const span = cover(condition.span, otherwise.span);
  return then === undefined
    ? { kind: 'ternary', condition, otherwise, span }
    : { kind: 'ternary', condition, then, otherwise, span };
}

/**
 * ```text
 * Binary = Unary (BinaryOperator Unary)*
 * ```
 * by precedence climbing: takes operators that bind at least as tightly as `minimum`. A `/` before a `{` closes a
 * predicate: nothing can be divided by a block.
 */
function parseBinary(p: ParserState, minimum: number, first?: Expression): Expression {
  let left = first ?? parseUnary(p);
  while (!p.panicking) {
    const operator = p.token.kind;
    if (!isBinaryOperator(operator) || binaryPrecedence[operator] < minimum) return left;
    if (operator === '/' && p.peek(1).kind === '{') return left;
    if (!p.link()) break;
    p.next();
    const right = p.nested(() => parseBinary(p, binaryPrecedence[operator] + 1)) ?? p.errorNode(p.token.span.start);
    left = { kind: 'binary', operator, left, right, span: cover(left.span, right.span) };
  }
  return left;
}

const unaryOperators: ReadonlySet<string> = new Set<UnaryOperator>(['-', '!', '~', '*', '&']);

function isUnaryOperator(text: string): text is UnaryOperator {
  return unaryOperators.has(text);
}

/**
 * ```text
 * Unary = ('-' | '!' | '~' | '*' | '&') Unary | ('++' | '--') Unary | 'comptime' Unary | Cast | Postfix
 * ```
 */
export function parseUnary(p: ParserState): Expression {
  const { kind, span } = p.token;
  if (isUnaryOperator(kind)) {
    p.next();
    const operand = parseOperand(p);
    return { kind: 'unary', operator: kind, operand, span: p.spanFrom(span.start) };
  }
  if (kind === '++' || kind === '--') {
    p.next();
    const target = parseOperand(p);
    checkUpdate(p, target, kind);
    return { kind: 'update', operator: kind, prefix: true, target, span: p.spanFrom(span.start) };
  }
  if (p.acceptWord('comptime')) {
    const operand = parseOperand(p);
    return { kind: 'comptime', operand, span: p.spanFrom(span.start) };
  }
  if (kind !== '(') return parsePostfix(p, parsePrimary(p));
  const { expression, isCast } = parseParenthesized(p);
  return isCast ? expression : parsePostfix(p, expression);
}

/** A unary expression, one level deeper. */
export function parseOperand(p: ParserState): Expression {
  return p.nested(() => parseUnary(p)) ?? p.errorNode(p.token.span.start);
}
