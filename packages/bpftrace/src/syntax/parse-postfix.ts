import { cover } from '../source/span.ts';
import type { Expression } from './ast.ts';
import type { ParserState } from './parser-state.ts';

/**
 * ```text
 * Postfix = Primary (('.' | '->') Identifier | '.' Integer | '[' Expression ']' | '++' | '--')*
 * ```
 */
export function parsePostfix(p: ParserState, primary: Expression): Expression {
  let object = primary;
  while (!p.panicking) {
    const next = parseSuffix(p, object);
    if (next === undefined) break;
    object = next;
    p.link();
  }
  return object;
}

function parseSuffix(p: ParserState, object: Expression): Expression | undefined {
  const { kind } = p.token;
  switch (kind) {
    case '.':
    case '->':
      return parseMember(p, object);
    case '[': {
      p.next();
      const index = p.grammar.expression(p);
      p.expect(']', 'after the index');
      return { kind: 'index', object, index, span: p.spanFrom(object.span.start) };
    }
    case '++':
    case '--': {
      checkUpdate(p, object, kind);
      p.next();
      return { kind: 'update', operator: kind, prefix: false, target: object, span: p.spanFrom(object.span.start) };
    }
    default:
      return undefined;
  }
}

function parseMember(p: ParserState, object: Expression): Expression {
  const arrow = p.next().kind === '->';
  if (!arrow && p.token.kind === 'integer') {
    const { text, span } = p.next();
    if (!/^(?:0|[1-9]\d{0,3})$/.test(text)) p.complain('syntax', span, `'${text}' is no position in a tuple`);
    return { kind: 'tuple-member', object, index: Number.parseInt(text, 10), span: cover(object.span, span) };
  }
  const name = p.expectName(`the name of a member after '${arrow ? '->' : '.'}'`);
  return { kind: 'member', object, name, arrow, span: p.spanFrom(object.span.start) };
}

/** `++` and `--` work on variables and maps only. */
export function checkUpdate(p: ParserState, target: Expression, operator: '++' | '--'): void {
  if (target.kind === 'variable' || target.kind === 'map' || target.kind === 'error') return;
  p.complain('invalid-update', target.span, `'${operator}' needs a variable or a map`);
}
