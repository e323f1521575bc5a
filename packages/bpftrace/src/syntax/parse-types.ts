import type { Expression, TypeSyntax } from './ast.ts';
import { cTypeWords, isBuiltinValue, isTypeName, keywords, typeQualifiers } from './known-names.ts';
import type { ParserState } from './parser-state.ts';

const tags = ['struct', 'union', 'enum'] as const;
type Tag = (typeof tags)[number];

export function atTag(p: ParserState): boolean {
  return tags.some((tag) => p.atWord(tag));
}

/**
 * ```text
 * Type     = TypeName '*'* ('[' Expression? ']')*
 * TypeName = ('struct' | 'union' | 'enum') Identifier | TypeOf | 'unsigned' 'long' … | Identifier
 * TypeOf   = 'typeof' '(' (Type | Expression) ')'
 * ```
 * `const` and its like may stand between the words and are dropped.
 */
export function parseType(p: ParserState): TypeSyntax {
  const start = p.token.span.start;
  return parseTypeSuffix(p, start, parseTypeName(p));
}

/** The stars and lengths behind a type's name. */
export function parseTypeSuffix(p: ParserState, start: number, base: TypeBase): TypeSyntax {
  const pointers = parseStars(p);
  const lengths = parseLengths(p);
  if (p.at('*') && lengths.length > 0) {
    p.complain('unsupported-type', p.token.span, 'a pointer to an array is no type of the language', {
      hint: 'use a pointer to the element',
    });
    parseStars(p);
  }
  return { kind: 'type', ...base, pointers, lengths, span: p.spanFrom(start) };
}

export type TypeBase = Pick<TypeSyntax, 'tag' | 'name' | 'typeOf'>;

export function parseTypeName(p: ParserState): TypeBase {
  skipQualifiers(p);
  const tag = tags.find((word) => p.atWord(word));
  if (tag) return parseTagged(p, tag);
  if (p.atWord('typeof')) return { name: '', typeOf: parseTypeOf(p) };
  if (!p.at('identifier') || keywords.has(p.token.text)) {
    p.unexpected('a type');
    return { name: '' };
  }
  const words = [p.next().text];
  skipQualifiers(p);
  while (cTypeWords.has(words[0]!) && p.at('identifier') && cTypeWords.has(p.token.text)) {
    words.push(p.next().text);
    skipQualifiers(p);
  }
  return { name: words.join(' ') };
}

function parseTagged(p: ParserState, tag: Tag): TypeBase {
  p.next();
  const name = p.expectName(`a name after '${tag}'`).text;
  skipQualifiers(p);
  return { tag, name };
}

/** The operand of `typeof`, `typeinfo` or `sizeof`, from the keyword to the closing parenthesis. */
export function parseTypeOf(p: ParserState): Expression | TypeSyntax {
  const { text } = p.next();
  p.expect('(', `after '${text}'`);
  const operand = parseTypeOrExpression(p);
  p.expect(')', `after the operand of '${text}'`);
  return operand;
}

/** `Type | Expression`: a bare name that only the checker can tell apart comes as an identifier. */
export function parseTypeOrExpression(p: ParserState): TypeSyntax | Expression {
  return atType(p) ? (p.nested(() => parseType(p)) ?? p.errorNode(p.token.span.start)) : p.grammar.expression(p);
}

/** Whether a type stands here, in a place that may hold an expression too. */
export function atType(p: ParserState): boolean {
  if (!p.at('identifier') || p.peek(1).kind === '(') return false;
  if (atTag(p) || isTypeName(p.token.text)) return true;
  if (isBuiltinValue(p.token.text) || p.peek(1).kind !== '*') return false;
  let ahead = 1;
  while (p.peek(ahead).kind === '*') ahead += 1;
  return p.peek(ahead).kind === ')' || p.peek(ahead).kind === ',';
}

function parseStars(p: ParserState): number {
  let pointers = 0;
  while (p.at('*')) {
    p.next();
    pointers += 1;
    skipQualifiers(p);
  }
  return pointers;
}

/** `('[' Expression? ']')*` */
export function parseLengths(p: ParserState): (Expression | undefined)[] {
  const lengths: (Expression | undefined)[] = [];
  while (p.accept('[')) {
    lengths.push(p.at(']') ? undefined : p.grammar.expression(p));
    p.expect(']', 'after the length of an array');
    if (p.panicking) break;
  }
  return lengths;
}

function skipQualifiers(p: ParserState): void {
  while (p.at('identifier') && typeQualifiers.has(p.token.text)) p.next();
}
