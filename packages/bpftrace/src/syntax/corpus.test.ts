import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import { parse } from './parser.ts';
import { printScript } from './print.ts';
import { withoutSpans } from './without-spans.ts';

const folder = new URL('./corpus/', import.meta.url);
const scripts = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

function parseWell(text: string) {
  const source = new SourceText('corpus.bt', text);
  const diagnostics = new Diagnostics();
  const script = parse(source, diagnostics);
  expect(diagnostics.list()).toEqual([]);
  return { script, source };
}

describe.each(scripts)('%s', (_, text) => {
  test('parses, and prints as the same tree with the same comments', () => {
    const { script, source } = parseWell(text);
    const printed = printScript(script, source);
    const again = parseWell(printed);
    expect(withoutSpans(again.script), printed).toEqual(withoutSpans(script));
    expect(again.script.comments.map((comment) => comment.text)).toEqual(
      script.comments.map((comment) => comment.text),
    );
  });

  test('printing what was printed changes nothing', () => {
    const { script, source } = parseWell(text);
    const once = printScript(script, source);
    const again = parseWell(once);
    expect(printScript(again.script, again.source)).toBe(once);
  });
});

test('the corpus covers every kind of node', () => {
  const kinds = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('kind' in node) kinds.add(String(node.kind));
    Object.values(node).forEach(visit);
  };
  for (const [, text] of scripts) visit(parseWell(text).script);
  const source = readFileSync(new URL('./ast.ts', import.meta.url), 'utf8');
  const declared = [...source.matchAll(/readonly kind: ([^;]+);/g)].flatMap(([, alternatives]) => {
    return [...alternatives!.matchAll(/'([\w-]+)'/g)].map(([, kind]) => kind!);
  });
  expect([...new Set(declared)].filter((kind) => !kinds.has(kind))).toEqual(['error']);
});
