import type { EnumDefinition, Expression, Name, StructDefinition, StructMember, TypeSyntax } from './ast.ts';
import { parseLengths, parseTypeName, type TypeBase } from './parse-types.ts';
import type { ParserState } from './parser-state.ts';

/** Whether a `struct`, `union` or `enum` with a body stands here. */
export function startsCDefinition(p: ParserState): boolean {
  if (!p.atWord('struct') && !p.atWord('union') && !p.atWord('enum')) return false;
  return p.peek(1).kind === '{' || (p.peek(1).kind === 'identifier' && p.peek(2).kind === '{');
}

/**
 * ```text
 * CDefinition = (Struct | Enum) ';'?
 * Struct      = ('struct' | 'union') Identifier? '{' Member* '}'
 * ```
 */
export function parseCDefinition(p: ParserState): StructDefinition | EnumDefinition {
  const { start } = p.token.span;
  const definition = p.nested(() => (p.atWord('enum') ? parseEnum(p) : parseStruct(p)));
  return definition ?? { kind: 'struct-definition', union: false, members: [], span: p.spanFrom(start) };
}

function parseStruct(p: ParserState): StructDefinition {
  const { text, span: word } = p.next();
  const name = p.at('identifier') ? p.expectName('') : undefined;
  const open = p.next().span;
  const members: StructMember[] = [];
  while (!p.at('}') && !p.at('end') && !p.startsProbeLine()) {
    if (p.accept(';')) continue;
    const before = p.tokens.consumed;
    members.push(...parseMembers(p));
    if (p.panicking) {
      p.skipTo();
      p.recovered();
    }
    if (p.tokens.consumed === before) p.next();
  }
  closeBody(p, open);
  const base = { kind: 'struct-definition', union: text === 'union', ...(name && { name }) } as const;
  return { ...base, members, span: p.spanFrom(word.start) };
}

/**
 * ```text
 * Member     = Struct Identifier? ';' | Enum Identifier? ';' | TypeName Declarator (',' Declarator)* ';'
 * ```
 */
function parseMembers(p: ParserState): StructMember[] {
  const { start } = p.token.span;
  if (p.at('preprocessor')) {
    p.complain('misplaced-directive', p.token.span, 'preprocessor lines stand outside of definitions');
    p.next();
    return [];
  }
  if (startsCDefinition(p)) {
    const type = parseCDefinition(p);
    const name = p.at('identifier') ? p.expectName('') : undefined;
    if (p.at('[') || p.at('*')) {
      p.complain(
        'unsupported-member',
        p.token.span,
        'a member cannot be an array of, or a pointer to, its definition',
        {
          hint: 'define the inner type on its own',
        },
      );
      p.skipTo();
    }
    endMember(p);
    return [{ ...(name && { name }), type, span: p.spanFrom(start) }];
  }
  const base = parseTypeName(p);
  const members: StructMember[] = [];
  do members.push(parseDeclarator(p, base, start));
  while (!p.panicking && p.accept(','));
  endMember(p);
  return members;
}

/**
 * ```text
 * Declarator = '*'* Identifier ('[' Expression? ']')* (':' Integer)? | '(' '*' Identifier ')' '(' … ')'
 * ```
 * A pointer to a function becomes a `void *`: only its size matters.
 */
function parseDeclarator(p: ParserState, base: TypeBase, start: number): StructMember {
  let pointers = 0;
  while (p.accept('*')) {
    pointers += 1;
    while (p.acceptWord('const') || p.acceptWord('volatile') || p.acceptWord('restrict')) {}
  }
  if (p.at('(')) return parseFunctionPointer(p, start);
  const typeEnd = p.spanFrom(start);
  const name = p.expectName('the name of a member');
  const lengths = parseLengths(p);
  const type: TypeSyntax = { kind: 'type', ...base, pointers, lengths, span: typeEnd };
  const bitfieldSize = p.accept(':') ? parseBitfieldSize(p) : undefined;
  return { name, type, ...(bitfieldSize !== undefined && { bitfieldSize }), span: p.spanFrom(start) };
}

function parseBitfieldSize(p: ParserState): number | undefined {
  const token = p.token;
  if (token.kind === 'integer' && token.value <= 64n) {
    p.next();
    return Number(token.value);
  }
  p.unexpected('the number of bits, 0 to 64');
  return undefined;
}

function parseFunctionPointer(p: ParserState, start: number): StructMember {
  p.next();
  p.expect('*', 'in a pointer to a function');
  const name = p.expectName('the name of a member');
  p.expect(')', 'after the name of a pointer to a function');
  p.expect('(', 'before the parameters of a function');
  p.skipTo(')');
  p.expect(')', 'after the parameters of a function');
  const span = p.spanFrom(start);
  return { name, type: { kind: 'type', name: 'void', pointers: 1, lengths: [], span }, span };
}

function endMember(p: ParserState): void {
  if (p.at('identifier') && p.token.text === '__attribute__') {
    p.complain('unsupported-attribute', p.token.span, 'attributes of members are not supported');
    p.skipTo();
  }
  p.expect(';', 'after a member');
}

/**
 * ```text
 * Enum = 'enum' Identifier? '{' (Identifier ('=' Expression)? ','?)* '}'
 * ```
 */
function parseEnum(p: ParserState): EnumDefinition {
  const { start } = p.next().span;
  const name = p.at('identifier') ? p.expectName('') : undefined;
  const open = p.next().span;
  const values: { readonly name: Name; readonly value?: Expression }[] = [];
  while (p.at('identifier') && !p.startsProbeLine()) {
    const constant = p.expectName('the name of a constant');
    const value = p.accept('=') ? p.grammar.expression(p) : undefined;
    values.push({ name: constant, ...(value && { value }) });
    if (p.panicking) {
      p.skipTo(',');
      if (p.at(',')) p.recovered();
    }
    if (!p.accept(',')) break;
  }
  closeBody(p, open);
  return { kind: 'enum-definition', ...(name && { name }), values, span: p.spanFrom(start) };
}

function closeBody(p: ParserState, open: { readonly start: number; readonly end: number }): void {
  if (p.accept('}')) return;
  const related = [{ span: open, message: 'the definition opens here' }];
  p.unexpected("'}' to close a definition", { related });
  p.skipTo();
  p.accept('}');
}
