import { cover } from '../source/span.ts';
import type { Assignment, BinaryOperator, Block, Expression, For, Let, Statement, VariableRef } from './ast.ts';
import { keywords } from './known-names.ts';
import { hasValue, ifExpression, ifStatement, parseIfChain, withoutValue } from './parse-if.ts';
import { parseType } from './parse-types.ts';
import type { ParserState } from './parser-state.ts';

/** A block's last expression, with no semicolon behind it. */
interface Value {
  readonly kind: 'value';
  readonly expression: Expression;
}

/**
 * ```text
 * Block = '{' (Statement | ';')* Expression? '}'
 * ```
 * Without `value`, a last expression is a statement.
 */
export function parseBlock(p: ParserState, value: boolean): Block {
  const { start } = p.token.span;
  return p.nested(() => parseBraces(p, value)) ?? { kind: 'block', statements: [], span: p.spanFrom(start) };
}

function parseBraces(p: ParserState, allowsValue: boolean): Block {
  const open = p.token.span;
  if (!p.expect('{', 'to open a block')) return { kind: 'block', statements: [], span: p.here };
  const statements: Statement[] = [];
  let value: Expression | undefined;
  while (!p.at('}') && !p.at('end') && !p.startsProbe()) {
    if (p.accept(';')) continue;
    const statement = parseOne(p, allowsValue);
    if (statement.kind === 'value') value = statement.expression;
    else statements.push(statement);
  }
  if (!p.accept('}')) {
    p.error('unclosed-block', p.here, "expected '}' to close a block", {
      related: [{ span: open, message: 'the block opens here' }],
    });
  }
  const span = p.spanFrom(open.start);
  return value === undefined ? { kind: 'block', statements, span } : { kind: 'block', statements, value, span };
}

/** One statement, and the way back to the next one after a mistake. */
function parseOne(p: ParserState, allowsValue: boolean): Statement | Value {
  const before = p.tokens.consumed;
  const { start } = p.token.span;
  if (p.at('preprocessor')) {
    p.complain('misplaced-directive', p.token.span, 'preprocessor lines stand outside of probes');
    p.next();
    return p.errorNode(start);
  }
  const statement = p.nested(() => parseStatement(p, allowsValue)) ?? p.errorNode(start);
  if (p.panicking) {
    p.skipTo();
    p.accept(';');
    p.recovered();
  }
  if (p.tokens.consumed === before) p.next();
  return statement;
}

/**
 * ```text
 * Statement = Let | If | For | 'while' Expression Block | 'unroll' Expression Block | Jump | Block | Simple
 * ```
 */
function parseStatement(p: ParserState, allowsValue: boolean): Statement | Value {
  if (p.at('{')) return parseInnerBlock(p, allowsValue);
  switch (p.at('identifier') ? p.token.text : '') {
    case 'let':
      return parseLet(p);
    case 'if':
      return parseIf(p, allowsValue);
    case 'for':
      return parseFor(p);
    case 'while':
    case 'unroll':
      return parseLoop(p);
    case 'return':
    case 'break':
    case 'continue':
      return parseJump(p);
    case 'import':
      p.error('misplaced-import', p.token.span, "'import' stands outside of probes");
      return p.errorNode(p.token.span.start);
    case 'else':
      p.error('syntax', p.token.span, "'else' without 'if'");
      return p.errorNode(p.token.span.start);
    default:
      return parseSimple(p, allowsValue);
  }
}

function parseInnerBlock(p: ParserState, allowsValue: boolean): Statement | Value {
  const block = parseBlock(p, allowsValue);
  if (block.value === undefined || !p.at('}')) return withoutValue(block);
  return { kind: 'value', expression: { kind: 'block-expression', block, span: block.span } };
}

function parseIf(p: ParserState, allowsValue: boolean): Statement | Value {
  const { start } = p.token.span;
  const chain = parseIfChain(p, allowsValue);
  if (allowsValue && p.at('}') && hasValue(chain)) return { kind: 'value', expression: ifExpression(p, chain) };
  return ifStatement(chain) ?? p.errorNode(start);
}

/**
 * ```text
 * Let = 'let' Variable (':' Type)? ('=' Expression)? ';'
 * ```
 */
function parseLet(p: ParserState): Statement {
  const { start } = p.next().span;
  if (p.at('map')) {
    p.error('misplaced-map-declaration', p.token.span, 'maps are declared outside of probes', {
      hint: 'move the declaration before the first probe',
    });
    return p.errorNode(start);
  }
  const variable = parseVariable(p, "after 'let'");
  const type = p.accept(':') ? parseType(p) : undefined;
  const value = p.accept('=') ? p.grammar.expression(p) : undefined;
  const statement: Let = {
    kind: 'let',
    variable,
    ...(type && { type }),
    ...(value && { value }),
    span: p.spanFrom(start),
  };
  endStatement(p);
  return statement;
}

/**
 * ```text
 * For = 'for' '('? Variable ':' (Expression '..' Expression | Map) ')'? Block
 * ```
 */
function parseFor(p: ParserState): Statement {
  const { start } = p.next().span;
  const open = p.accept('(');
  const variable = parseVariable(p, "after 'for'");
  p.expect(':', 'after the variable of a loop');
  const first = p.grammar.expression(p);
  let over: For['over'] | undefined;
  if (p.accept('..')) over = { kind: 'range', start: first, end: p.grammar.expression(p) };
  else if (first.kind === 'map' && first.key === undefined) over = first;
  else {
    p.complain('invalid-loop', first.span, "'for' runs over a map or a range", {
      hint: 'write for ($kv : @map) or for ($i : 0..10)',
    });
  }
  if (open) p.expect(')', 'after the head of a loop');
  const body = parseBody(p);
  const span = p.spanFrom(start);
  return over ? { kind: 'for', variable, over, body, span } : { kind: 'error', span };
}

/**
 * ```text
 * Loop = ('while' | 'unroll') Expression Block
 * ```
 */
function parseLoop(p: ParserState): Statement {
  const { text, span: word } = p.next();
  const head = p.grammar.expression(p);
  const body = parseBody(p);
  const span = p.spanFrom(word.start);
  return text === 'while'
    ? { kind: 'while', condition: head, body, span }
    : { kind: 'unroll', count: head, body, span };
}

/** The block of a loop. A mistake in the head must not hide it. */
function parseBody(p: ParserState): Block {
  if (p.panicking) {
    p.skipTo('{');
    if (p.at('{')) p.recovered();
  }
  return parseBlock(p, false);
}

/**
 * ```text
 * Jump = ('break' | 'continue' | 'return' Expression?) ';'
 * ```
 */
function parseJump(p: ParserState): Statement {
  const { text, span: word } = p.next();
  const jump = text === 'return' || text === 'break' ? text : 'continue';
  const hasValue = jump === 'return' && !p.at(';') && !p.at('}') && !p.at('end');
  const value = hasValue ? p.grammar.expression(p) : undefined;
  const span = p.spanFrom(word.start);
  endStatement(p);
  return value ? { kind: 'jump', jump, value, span } : { kind: 'jump', jump, span };
}

/**
 * ```text
 * Simple     = (Assignment | Expression) ';'
 * Assignment = (Expression | '_') ('=' | '+=' | '-=' | …) Expression
 * ```
 */
function parseSimple(p: ParserState, allowsValue: boolean): Statement | Value {
  const expression = p.grammar.expression(p);
  if (!p.panicking && isAssignmentOperator(p.token.kind)) {
    const statement = parseAssignment(p, expression);
    endStatement(p);
    return statement;
  }
  if (allowsValue && p.at('}')) return { kind: 'value', expression };
  endStatement(p);
  return { kind: 'expression-statement', expression, span: expression.span };
}

function parseAssignment(p: ParserState, written: Expression): Assignment {
  const { kind } = p.next();
  const operator = assignmentOperators[kind];
  const isDiscard = written.kind === 'identifier' && written.name === '_' && operator === undefined;
  const target: Assignment['target'] = isDiscard ? { kind: 'discard', span: written.span } : written;
  if (!isDiscard && !assignable.has(written.kind)) {
    p.complain('invalid-assignment', written.span, 'cannot assign to this', {
      hint: "variables ($x) and maps (@x, @x[key]) can be assigned; compare with '=='",
    });
  }
  const value = p.grammar.expression(p);
  const span = cover(written.span, value.span);
  return { kind: 'assignment', target, ...(operator && { operator }), value, span };
}

/** What the checker can say more about than the parser: members of tuples cannot be assigned, for example. */
const assignable: ReadonlySet<Expression['kind']> = new Set<Expression['kind']>([
  'variable',
  'map',
  'member',
  'tuple-member',
  'index',
  'identifier',
  'error',
]);

const assignmentOperators: Readonly<Record<string, BinaryOperator | undefined>> = {
  '=': undefined,
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
  '<<=': '<<',
  '>>=': '>>',
  '&=': '&',
  '|=': '|',
  '^=': '^',
};

function isAssignmentOperator(kind: string): boolean {
  return Object.hasOwn(assignmentOperators, kind);
}

function parseVariable(p: ParserState, where: string): VariableRef {
  const token = p.accept('variable');
  if (token) return { kind: 'variable', name: token.text, span: token.span };
  p.unexpected(`a variable ${where}`, { hint: 'names of variables start with $' });
  return { kind: 'variable', name: '$', span: p.here };
}

/** `;`, which the last statement of a block does not need. Without it the next statement is not lost. */
function endStatement(p: ParserState): void {
  if (p.panicking || p.accept(';') || p.at('}') || p.at('end') || p.startsProbeLine()) return;
  if (startsStatement(p)) p.complain('missing-semicolon', p.here, "expected ';' after the statement");
  else p.unexpected("';' after the statement");
}

function startsStatement(p: ParserState): boolean {
  if (p.token.startsLine || p.at('variable') || p.at('map')) return true;
  if (!p.at('identifier')) return false;
  return keywords.has(p.token.text) || p.peek(1).kind === '(' || p.peek(1).kind === '=';
}
