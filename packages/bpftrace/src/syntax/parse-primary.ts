import { cover, type Span } from '../source/span.ts';
import type { Call, Expression, MapRef, Name, OffsetOf } from './ast.ts';
import { keywords } from './known-names.ts';
import { ifExpression, parseIfChain } from './parse-if.ts';
import { parseList } from './parse-list.ts';
import { atType, parseType, parseTypeOf, parseTypeOrExpression } from './parse-types.ts';
import type { ParserState } from './parser-state.ts';
import type { PlainToken } from './token.ts';

/**
 * ```text
 * Primary = Integer | String | '$N' | '$#' | Variable | MapRef | BlockExpression | Word
 * ```
 * and `Parenthesized`, which its callers look for first.
 */
export function parsePrimary(p: ParserState): Expression {
  const token = p.token;
  const { span } = token;
  switch (token.kind) {
    case 'integer':
      p.next();
      return { kind: 'integer', value: token.value, unsigned: token.unsigned, text: token.text, span };
    case 'string':
      p.next();
      return { kind: 'string', value: token.value, span };
    case 'positional':
      p.next();
      return { kind: 'positional', index: token.index, span };
    case 'positional-count':
      p.next();
      return { kind: 'positional-count', span };
    case 'variable':
      p.next();
      return { kind: 'variable', name: token.text, span };
    case 'map':
      return parseMapRef(p);
    case '{': {
      const block = p.grammar.block(p, true);
      return { kind: 'block-expression', block, span: block.span };
    }
    case 'identifier':
      return parseWord(p, token);
    default:
      p.unexpected('an expression');
      return { kind: 'error', span: { start: span.start, end: span.start } };
  }
}

/**
 * ```text
 * MapRef = Map ('[' Expression (',' Expression)* ']')?
 * ```
 * Several keys are one tuple.
 */
export function parseMapRef(p: ParserState): MapRef {
  const { text: name, span } = p.next();
  const open = p.accept('[');
  if (!open) return { kind: 'map', name, span };
  const { elements } = parseList(p, ']', 'after the key of a map', () => p.grammar.expression(p), { open: open.span });
  const whole = p.spanFrom(span.start);
  if (elements.length === 0) {
    p.complain('syntax', whole, 'the key of a map is empty', { hint: `write ${name} without brackets` });
    return { kind: 'map', name, span: whole };
  }
  if (elements.length === 1) return { kind: 'map', name, key: elements[0]!, span: whole };
  const keySpan = cover(elements[0]!.span, elements.at(-1)!.span);
  return { kind: 'map', name, key: { kind: 'tuple', elements, span: keySpan }, span: whole };
}

/**
 * ```text
 * Word = 'true' | 'false' | If | 'sizeof' '(' TypeOrExpression ')' | OffsetOf | 'typeof' '(' TypeOrExpression ')'
 *      | 'typeinfo' '(' TypeOrExpression ')' | Call | Identifier
 * ```
 */
function parseWord(p: ParserState, { text, span }: PlainToken): Expression {
  switch (text) {
    case 'true':
    case 'false':
      p.next();
      return { kind: 'boolean', value: text === 'true', span };
    case 'if':
      return ifExpression(p, parseIfChain(p, true));
    case 'offsetof':
      return parseOffsetOf(p);
    case 'sizeof':
    case 'typeof':
    case 'typeinfo': {
      const operand = parseTypeOf(p);
      return { kind: text, operand, span: p.spanFrom(span.start) };
    }
    default:
      if (keywords.has(text)) {
        p.unexpected('an expression');
        return { kind: 'error', span: { start: span.start, end: span.start } };
      }
      p.next();
      if (p.at('(')) return parseCall(p, { text, span });
      return { kind: 'identifier', name: text, span };
  }
}

/**
 * ```text
 * Call = Identifier '(' (TypeOrExpression (',' TypeOrExpression)*)? ')'
 * ```
 */
function parseCall(p: ParserState, name: Name): Call {
  const open: Span = p.next().span;
  const { elements } = parseList(p, ')', `after the arguments of '${name.text}'`, () => parseTypeOrExpression(p), {
    open,
  });
  return { kind: 'call', name, args: elements, span: p.spanFrom(name.span.start) };
}

/**
 * ```text
 * OffsetOf = 'offsetof' '(' TypeOrExpression ',' Identifier ('.' Identifier)* ')'
 * ```
 */
function parseOffsetOf(p: ParserState): OffsetOf {
  const { start } = p.next().span;
  p.expect('(', "after 'offsetof'");
  const operand = atType(p) ? parseType(p) : p.grammar.expression(p);
  p.expect(',', "after the type of 'offsetof'");
  const path = [p.expectName('the name of a member')];
  while (p.accept('.') && p.link()) path.push(p.expectName('the name of a member'));
  p.expect(')', "after the member of 'offsetof'");
  return { kind: 'offsetof', operand, path, span: p.spanFrom(start) };
}
