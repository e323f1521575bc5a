import type { Expression, RecordLiteral, TypeSyntax } from './ast.ts';
import { isBuiltinValue, isTypeName } from './known-names.ts';
import { parseList } from './parse-list.ts';
import { atTag, parseType, parseTypeOf, parseTypeSuffix } from './parse-types.ts';
import type { ParserState } from './parser-state.ts';
import type { TokenKind } from './token.ts';

export interface Parenthesized {
  readonly expression: Expression;
  readonly isCast: boolean;
}

const whole = (expression: Expression): Parenthesized => ({ expression, isCast: false });

/**
 * ```text
 * Parenthesized = '(' Expression ')' | Tuple | Record | Cast
 * Tuple         = '(' ')' | '(' Expression ',' ')' | '(' Expression (',' Expression)+ ','? ')'
 * Record        = '(' Identifier '=' Expression (',' Identifier '=' Expression)* ')'
 * Cast          = '(' Type ')' Unary
 * ```
 * No suffix may follow a cast, but one may follow `((int32)x)`.
 */
export function parseParenthesized(p: ParserState): Parenthesized {
  const { start } = p.next().span;
  if (p.at('identifier') && p.peek(1).kind === '=') return whole(parseRecord(p, start));
  if (p.atWord('typeof') && p.peek(1).kind === '(') return parseTypeOfFirst(p, start);
  if (startsCast(p)) return parseCast(p, start, parseType(p));
  return whole(parseTuple(p, start, () => p.grammar.expression(p)));
}

function parseTuple(p: ParserState, start: number, element: () => Expression, begun = false): Expression {
  const open = { start, end: start + 1 };
  const options = { trailingComma: true, begun, open };
  const { elements, trailingComma } = parseList(p, ')', 'to close the parenthesis', element, options);
  if (elements.length === 1 && !trailingComma) return elements[0]!;
  return { kind: 'tuple', elements, span: p.spanFrom(start) };
}

function parseRecord(p: ParserState, start: number): RecordLiteral {
  const seen = new Set<string>();
  const field = () => {
    const name = p.expectName('the name of a field');
    p.expect('=', `after the name of a field`);
    if (seen.has(name.text)) p.complain('duplicate-field', name.span, `field '${name.text}' is there already`);
    seen.add(name.text);
    return { name, value: p.grammar.expression(p) };
  };
  const { elements } = parseList(p, ')', 'to close the record', field, { trailingComma: true });
  return { kind: 'record', fields: elements, span: p.spanFrom(start) };
}

/** The cast behind `(` and its type. */
function parseCast(p: ParserState, start: number, type: TypeSyntax): Parenthesized {
  p.expect(')', 'after the type of a cast');
  const operand = p.grammar.operand(p);
  return { isCast: true, expression: { kind: 'cast', type, operand, span: p.spanFrom(start) } };
}

/** `(typeof(x) *)y` is a cast; `(typeof(x))` and what else may follow is an expression. */
function parseTypeOfFirst(p: ParserState, start: number): Parenthesized {
  const { span } = p.token;
  const operand = parseTypeOf(p);
  const close = afterSuffix(p, 0);
  const isCast = close !== undefined && startsOperand(p, close + 1);
  if (isCast) return parseCast(p, start, parseTypeSuffix(p, span.start, { name: '', typeOf: operand }));
  let first: Expression | undefined = { kind: 'typeof', operand, span: p.spanFrom(span.start) };
  const elements = () => {
    const primary = first;
    first = undefined;
    return p.grammar.expression(p, primary);
  };
  return whole(parseTuple(p, start, elements, true));
}

/**
 * Whether the parenthesis (its `(` consumed) holds the type of a cast. A bare name that may be a type or a value is a
 * type if an operand follows the `)`, so `(foo)-1` is a cast, as in bpftrace; builtins and macro parameters are values.
 */
function startsCast(p: ParserState): boolean {
  if (!p.at('identifier')) return false;
  const name = p.token.text;
  if (atTag(p)) return p.peek(1).kind === 'identifier';
  if (isTypeName(name)) return [')', '*', '[', 'identifier'].includes(p.peek(1).kind);
  if (isBuiltinValue(name) || p.macroParams.has(name)) return false;
  const close = afterSuffix(p, 1);
  return close !== undefined && startsOperand(p, close + 1);
}

/** How many tokens ahead stands the `)` behind stars and lengths of one token; undefined if other things stand there. */
function afterSuffix(p: ParserState, from: number): number | undefined {
  let ahead = from;
  while (p.peek(ahead).kind === '*') ahead += 1;
  while (p.peek(ahead).kind === '[') {
    if (p.peek(ahead + 1).kind !== ']') ahead += 1;
    if (p.peek(ahead + 1).kind !== ']') return undefined;
    ahead += 2;
  }
  return p.peek(ahead).kind === ')' ? ahead : undefined;
}

const operandStarts: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'identifier',
  'variable',
  'map',
  'positional',
  'positional-count',
  'integer',
  'string',
  '(',
  '-',
  '!',
  '~',
  '*',
  '&',
]);

function startsOperand(p: ParserState, ahead: number): boolean {
  return operandStarts.has(p.peek(ahead).kind);
}
