import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SourceText } from '../source/source-text.ts';
import type { Diagnostic } from './diagnostic.ts';
import { formatDiagnostic } from './format-diagnostic.ts';

function format(text: string, marked: string, more: Partial<Diagnostic> = {}): string {
  const start = text.indexOf(marked);
  const span = { start, end: start + marked.length };
  const diagnostic: Diagnostic = { code: 'some-code', severity: 'error', message: 'something is wrong', span, ...more };
  return formatDiagnostic(diagnostic, new SourceText('x.bt', text), { color: false });
}

describe('a diagnostic', () => {
  test('shows its line with carets under the span', () => {
    expect(format('begin {\n  print($naem);\n}\n', '$naem')).toBe(
      `
x.bt:2:9: error[some-code]: something is wrong
  2 |   print($naem);
    |         ^~~~~
`.trim(),
    );
  });

  test('ends with its hint and what is related', () => {
    const text = '$a = 1;\n$b = 2;';
    const related = [{ span: { start: 0, end: 2 }, message: 'set here' }];
    expect(format(text, '$b', { severity: 'warning', hint: 'do it', related })).toBe(
      `
x.bt:2:1: warning[some-code]: something is wrong
  2 | $b = 2;
    | ^~
hint: do it
x.bt:1:1: note: set here
  1 | $a = 1;
    | ^~
`.trim(),
    );
  });

  test('shows an empty span as one caret', () => {
    expect(
      format('abc', '', { span: { start: 3, end: 3 } })
        .split('\n')
        .slice(1),
    ).toEqual(['  1 | abc', '    |    ^']);
  });

  test('expands tabs and counts wide characters as two', () => {
    expect(format('\t"漢字" x', 'x').split('\n').slice(1)).toEqual(['  1 |     "漢字" x', '    |            ^']);
    expect(format('a漢b', '漢').split('\n').at(-1)).toBe('    |  ^~');
    expect(format('e\u0301x', 'x').split('\n').at(-1)).toBe('    |  ^');
  });

  test('shows control characters escaped, in the text and in the message', () => {
    const shown = format('a\u001b[31m b', 'b', { message: 'no \u001b[0m', hint: '\u0007' });
    expect(shown).not.toContain('\u001b');
    expect(shown.split('\n')).toEqual([
      'x.bt:1:8: error[some-code]: no \\x1b[0m',
      '  1 | a\\x1b[31m b',
      '    |           ^',
      'hint: \\x07',
    ]);
  });

  test('cuts long lines around the span', () => {
    const [, line, carets] = format(`${'a'.repeat(500)}HERE${'b'.repeat(500)}`, 'HERE').split('\n');
    expect(line).toBe(`  1 | …${'a'.repeat(30)}HERE${'b'.repeat(66)}…`);
    expect(carets).toBe(`    | ${' '.repeat(31)}^~~~`);
  });

  test('cuts lines of a megabyte, too', () => {
    const [, line, carets] = format(`${'a'.repeat(500_000)}HERE${'b'.repeat(500_000)}`, 'HERE').split('\n');
    expect(line).toBe(`  1 | …${'a'.repeat(30)}HERE${'b'.repeat(66)}…`);
    expect(carets).toBe(`    | ${' '.repeat(31)}^~~~`);
  });

  test('shows both lines of a span that breaks', () => {
    expect(format('f(1,\n  2);', '1,\n  2').split('\n').slice(1)).toEqual([
      '  1 | f(1,',
      '    |   ^~',
      '  2 |   2);',
      '    |   ~',
    ]);
  });

  test('leaves out the middle of a span of many lines', () => {
    const text = 'a {\n  b;\n  c;\n  d;\n}';
    expect(format(text, text).split('\n').slice(1)).toEqual([
      '  1 | a {',
      '    | ^~~',
      '  2 |   b;',
      '    |   ~~',
      '... |',
      '  5 | }',
      '    | ~',
    ]);
  });

  test('lines up the gutter of large line numbers', () => {
    expect(
      format(`${'\n'.repeat(99)}x`, 'x')
        .split('\n')
        .slice(1),
    ).toEqual(['  100 | x', '      | ^']);
  });

  test('is coloured on demand', () => {
    const diagnostic: Diagnostic = { code: 'c', severity: 'error', message: 'm', span: { start: 0, end: 1 } };
    const shown = formatDiagnostic(diagnostic, new SourceText('x', 'a'), { color: true });
    expect(shown).toContain('\u001b[1;31merror[c]\u001b[0m: \u001b[1mm\u001b[0m');
    expect(shown.replace(/\u001b\[[\d;]*m/g, '')).toBe('x:1:1: error[c]: m\n  1 | a\n    | ^');
  });
});

test('any span of any text can be shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer(), fc.integer(), (text, start, end) => {
      const diagnostic: Diagnostic = { code: 'c', severity: 'error', message: text, span: { start, end } };
      const shown = formatDiagnostic(diagnostic, new SourceText(text, text), { color: false });
      expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Control}/u);
    }),
  );
});
