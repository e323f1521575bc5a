import type { ConfigBlock, Expression, Import, Item, Macro, MapDeclaration, Probe, Subprogram } from './ast.ts';
import { parseAttachPoints } from './parse-attach-points.ts';
import { parseCDefinition, startsCDefinition } from './parse-c-definitions.ts';
import { parseList } from './parse-list.ts';
import { parseBlock } from './parse-statements.ts';
import { parseType } from './parse-types.ts';
import type { ParserState } from './parser-state.ts';

/**
 * ```text
 * Script = (Directive | CDefinition | Config | Import | Macro | Subprogram | MapDeclaration | Probe)*
 * ```
 */
export function parseItems(p: ParserState): Item[] {
  const items: Item[] = [];
  while (!p.at('end')) {
    const before = p.tokens.consumed;
    const item = parseItem(p);
    if (item) items.push(item);
    if (p.panicking) skipToItem(p);
    if (p.tokens.consumed === before) p.next();
  }
  checkConfigs(p, items);
  return items;
}

function parseItem(p: ParserState): Item | undefined {
  const { kind, text, span } = p.token;
  if (kind === 'preprocessor') {
    p.next();
    return { kind: 'preprocessor', text, span };
  }
  if (kind === '}' || kind === ';') {
    p.complain('syntax', span, `unexpected '${kind}' outside of probes`);
    p.next();
    return undefined;
  }
  if (startsCDefinition(p)) {
    const definition = parseCDefinition(p);
    p.accept(';');
    return definition;
  }
  if (kind !== 'identifier') return parseProbe(p);
  const next = keywordItems.has(text) ? p.peek(1).kind : undefined;
  if (text === 'config' && next === '=') return parseConfig(p);
  if (text === 'import' && next === 'string') return parseImport(p);
  if (text === 'macro' && next === 'identifier') return parseMacro(p);
  if (text === 'fn' && next === 'identifier') return parseSubprogram(p);
  if (text === 'let' && next !== ':') return parseMapDeclaration(p);
  return parseProbe(p);
}

const keywordItems: ReadonlySet<string> = new Set(['config', 'import', 'macro', 'fn', 'let']);

/** Skips to where an item may start: a probe, a keyword of an item, or what stands behind a closed block. */
function skipToItem(p: ParserState): void {
  for (;;) {
    p.skipTo();
    const { kind, text, startsLine } = p.token;
    if (kind === 'end' || kind === 'preprocessor' || p.startsProbeLine()) break;
    if (startsLine && kind === 'identifier' && keywordItems.has(text)) break;
    p.next();
    if (kind === '}') break;
  }
  p.recovered();
}

/**
 * ```text
 * Probe = AttachPoints ('/' Expression '/')? Block
 * ```
 */
function parseProbe(p: ParserState): Probe {
  const { start } = p.token.span;
  const attachPoints = parseAttachPoints(p);
  const predicate = parsePredicate(p);
  if (p.panicking || !p.at('{')) {
    p.unexpected(predicate ? "'{' after the predicate" : "'{', a predicate or ',' after the probe");
    p.skipTo('{');
    if (p.at('{')) p.recovered();
  }
  const body = parseBlock(p, false);
  return { kind: 'probe', attachPoints, ...(predicate && { predicate }), body, span: p.spanFrom(start) };
}

function parsePredicate(p: ParserState): Expression | undefined {
  if (p.panicking || !p.at('/')) return undefined;
  const open = p.next().span;
  const predicate = p.grammar.expression(p);
  if (p.panicking) {
    p.skipTo('/', '{');
    if (p.at('/') || p.at('{')) p.recovered();
  }
  if (!p.accept('/') && !p.panicking) {
    const related = [{ span: open, message: 'the predicate opens here' }];
    p.complain('syntax', p.token.span, "expected '/' to close the predicate", { related });
  }
  return predicate;
}

/**
 * ```text
 * Config = 'config' '=' '{' (Identifier '=' (Integer | String | 'true' | 'false' | Identifier) ';'?)* '}'
 * ```
 */
function parseConfig(p: ParserState): ConfigBlock {
  const { start } = p.next().span;
  p.next();
  const open = p.token.span;
  p.expect('{', "after 'config ='");
  const entries: ConfigBlock['entries'][number][] = [];
  while (!p.panicking && p.at('identifier')) {
    const name = p.expectName('the name of a setting');
    p.expect('=', 'after the name of a setting');
    entries.push({ name, value: parseConfigValue(p) });
    if (p.panicking) {
      p.skipTo();
      p.recovered();
    }
    if (!p.accept(';') && !p.at('}')) p.unexpected("';' after a setting");
  }
  p.expect('}', 'to close the config block', { related: [{ span: open, message: 'the block opens here' }] });
  p.accept(';');
  return { kind: 'config', entries, span: p.spanFrom(start) };
}

function parseConfigValue(p: ParserState): Expression {
  const value = p.grammar.expression(p);
  if (!['integer', 'string', 'boolean', 'identifier', 'error'].includes(value.kind)) {
    p.complain('invalid-config', value.span, 'a setting is an integer, a string, true, false or a word');
  }
  return value;
}

/**
 * ```text
 * Import = 'import' String ';'?
 * ```
 */
function parseImport(p: ParserState): Import {
  const { start } = p.next().span;
  const token = p.next();
  const span = p.spanFrom(start);
  p.accept(';');
  return { kind: 'import', path: token.kind === 'string' ? token.value : '', span };
}

/**
 * ```text
 * MapDeclaration = 'let' Map '=' Identifier '(' (Expression (',' Expression)*)? ')' ';'?
 * ```
 */
function parseMapDeclaration(p: ParserState): MapDeclaration | undefined {
  const { start } = p.next().span;
  const map = p.accept('map');
  if (!map) {
    p.unexpected("a map after 'let'", { hint: 'outside of probes only maps are declared: let @m = lruhash(100);' });
    return undefined;
  }
  p.expect('=', 'after the name of a map');
  const type = p.expectName('a kind of map, such as lruhash');
  p.expect('(', 'after the kind of a map');
  const { elements } = parseList(p, ')', 'after the size of a map', () => p.grammar.expression(p));
  const span = p.spanFrom(start);
  p.accept(';');
  return { kind: 'map-declaration', name: { text: map.text, span: map.span }, type, args: elements, span };
}

/**
 * ```text
 * Macro = 'macro' Identifier '(' (MacroParam (',' MacroParam)*)? ')' Block
 * MacroParam = Variable | Map | Identifier
 * ```
 */
function parseMacro(p: ParserState): Macro {
  const { start } = p.next().span;
  const name = p.expectName('the name of a macro');
  p.expect('(', 'after the name of a macro');
  const { elements: params } = parseList(p, ')', 'after the parameters of a macro', () => parseMacroParam(p));
  p.macroParams = new Set(params.map((param) => param.name));
  const body = parseBodyOf(p, true);
  p.macroParams = new Set();
  return { kind: 'macro', name, params, body, span: p.spanFrom(start) };
}

function parseMacroParam(p: ParserState): Macro['params'][number] {
  const { kind, text, span } = p.token;
  if (kind === 'variable' || kind === 'map' || kind === 'identifier') {
    p.next();
    return { kind, name: text, span };
  }
  p.unexpected('a parameter: $variable, @map or name');
  return { kind: 'identifier', name: '', span: p.here };
}

/**
 * ```text
 * Subprogram = 'fn' Identifier '(' (Variable ':' Type (',' Variable ':' Type)*)? ')' ':' Type Block
 * ```
 */
function parseSubprogram(p: ParserState): Subprogram {
  const { start } = p.next().span;
  const name = p.expectName('the name of a function');
  p.expect('(', 'after the name of a function');
  const { elements: params } = parseList(p, ')', 'after the parameters of a function', () => parseParam(p));
  p.expect(':', 'before the type that a function returns');
  const returns = parseType(p);
  const body = parseBodyOf(p, false);
  return { kind: 'subprogram', name, params, returns, body, span: p.spanFrom(start) };
}

function parseParam(p: ParserState): Subprogram['params'][number] {
  const { text, span } = p.token;
  if (!p.accept('variable')) p.unexpected('a parameter such as $x : uint64');
  p.expect(':', 'after the name of a parameter');
  return { variable: { kind: 'variable', name: text, span }, type: parseType(p) };
}

/** The block behind a head. A mistake in the head must not hide it. */
function parseBodyOf(p: ParserState, value: boolean): ReturnType<typeof parseBlock> {
  if (p.panicking) {
    p.skipTo('{');
    if (p.at('{')) p.recovered();
  }
  return parseBlock(p, value);
}

function checkConfigs(p: ParserState, items: readonly Item[]): void {
  const [first, ...others] = items.filter((item) => item.kind === 'config');
  for (const other of others) {
    const related = [{ span: first!.span, message: 'the first one' }];
    p.complain('duplicate-config', other.span, 'a script has one config block', { related });
  }
}
