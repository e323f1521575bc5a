import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import { arbitraryScript } from './arbitrary-script.ts';
import { parse } from './parser.ts';
import { printScript } from './print.ts';
import { withoutSpans } from './without-spans.ts';

function reparse(text: string) {
  const diagnostics = new Diagnostics();
  const script = parse(new SourceText('printed.bt', text), diagnostics);
  return { script, diagnostics: diagnostics.list() };
}

test('parsing what is printed gives the same tree', () => {
  fc.assert(
    fc.property(arbitraryScript, (script) => {
      const text = printScript(script);
      const again = reparse(text);
      expect(again.diagnostics, text).toEqual([]);
      expect(withoutSpans(again.script), text).toEqual(script);
      expect(printScript(again.script)).toBe(text);
    }),
    { numRuns: 300 },
  );
});
