import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Script } from './ast.ts';
import { parseExpression, parseOperand } from './parse-expressions.ts';
import { parseItems } from './parse-items.ts';
import { parseBlock } from './parse-statements.ts';
import { type Grammar, ParserState } from './parser-state.ts';

const grammar: Grammar = { expression: parseExpression, operand: parseOperand, block: parseBlock };

/**
 * Parses a script of the bpftrace language (0.27). All mistakes go to `diagnostics`; the tree holds `error` nodes where
 * something could not be understood, and every other part. Never throws, whatever the text; time and memory grow
 * linearly with it, and the tree is never higher than a few thousand nodes.
 */
export function parse(source: SourceText, diagnostics: Diagnostics): Script {
  const p = new ParserState(source, diagnostics, grammar);
  const items = parseItems(p);
  p.tokens.finish();
  return { kind: 'script', items, comments: [...p.tokens.comments], span: { start: 0, end: source.text.length } };
}
