import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import { parse } from './parser.ts';
import { showTree } from './show-tree.ts';

/** The statements of the last probe, and the complaints. */
function run(text: string): { readonly statements: string; readonly complaints: readonly string[] } {
  const source = new SourceText('test.bt', text);
  const diagnostics = new Diagnostics();
  const probe = parse(source, diagnostics).items.findLast((item) => item.kind === 'probe');
  const complaints = diagnostics.list().map(({ code, span }) => `${source.position(span.start).line} ${code}`);
  return { statements: probe?.body.statements.map(showTree).join(' ') ?? '', complaints };
}

describe('macros', () => {
  test.each([
    ['#define N 3\nbegin { $x = N }', '(assignment $x 3)'],
    ['#define N 1 + 2\nbegin { $x = N * 3 }', '(assignment $x (binary + 1 (binary * 2 3)))'],
    ['#define A B\n#define B 2\nbegin { $x = A }', '(assignment $x 2)'],
    ['#define A A + 1\nbegin { $x = A }', '(assignment $x (binary + A 1))'],
    ['#define A B\n#define B A\nbegin { $x = A }', '(assignment $x A)'],
    ['#define T struct foo *\nbegin { $x = (T)1 }', '(assignment $x (cast <struct foo*> 1))'],
    ['#define E\nbegin { $x = E 1 }', '(assignment $x 1)'],
    ['#define x 1\nbegin { $y.x = x }', '(assignment (member $y x) 1)'],
    ['#define N 3\n#undef N\nbegin { $x = N }', '(assignment $x N)'],
    ['#define N 3 /* a */ // b\nbegin { $x = N }', '(assignment $x 3)'],
    ['#define N \\\n 3\nbegin { $x = N }', '(assignment $x 3)'],
    ['#define F(x) x\nbegin { F(1) }', '(expression-statement (call F [1]))'],
    ['#define S ; $y = 2\nbegin { $x = 1 S }', '(assignment $x 1) (assignment $y 2)'],
    ['#define kprobe nothing\nkprobe:f { 1 }', '(expression-statement 1)'],
  ])('%j', (text, statements) => {
    expect(run(text)).toEqual({ statements, complaints: [] });
  });

  test('what comes from a macro stands where it is used', () => {
    const source = new SourceText('test.bt', '#define N 1 +\nbegin { $x = N; }');
    const diagnostics = new Diagnostics();
    parse(source, diagnostics);
    expect(diagnostics.list().map(({ span }) => source.slice(span))).toEqual([';']);
  });

  test.each([
    [
      '#define A B B\n'.concat(
        ...Array.from(
          { length: 40 },
          (_, i) => `#define ${'B'.repeat(i + 1)} ${'B'.repeat(i + 2)} ${'B'.repeat(i + 2)}\n`,
        ),
        'begin { A }',
      ),
    ],
  ])('growth has a limit', (text) => {
    expect(run(text).complaints).toContain('42 macro-too-large');
  });
});

describe('conditions', () => {
  const choose = (condition: string) => run(`${condition}\nbegin { yes }\n#else\nbegin { no }\n#endif`);

  test.each([
    ['#ifdef BPFTRACE_HAVE_BTF', true],
    ['#ifndef BPFTRACE_HAVE_BTF', false],
    ['#ifdef NOTHING', false],
    ['#define A\n#ifdef A', true],
    ['#if 1', true],
    ['#if 0', false],
    ['#if defined(A) || !defined B', true],
    ['#define A 3\n#if A * 2 == 6 && A >= 3', true],
    ['#if A', false],
    ['#if (1 << 4) % 3 == 1', true],
    ['#if -1 < 0', true],
    ['#if 1 - 1 - 1 == -1', true],
  ])('%s', (condition, holds) => {
    expect(choose(condition)).toEqual({ statements: `(expression-statement ${holds ? 'yes' : 'no'})`, complaints: [] });
  });

  test('of all branches the first that holds', () => {
    const text = '#if 0\nbegin { a }\n#elif 1\nbegin { b }\n#elif 1\nbegin { c }\n#else\nbegin { d }\n#endif';
    expect(run(text)).toEqual({ statements: '(expression-statement b)', complaints: [] });
  });

  test('what is switched off is not looked at, and nests', () => {
    const text = '#if 0\n} ( "\n#if 1\n)\n#else\n]\n#endif\n#else\nbegin { a }\n#endif\n';
    expect(run(text)).toEqual({ statements: '(expression-statement a)', complaints: [] });
  });

  test.each([
    ['#if 1\nbegin { }', '1 unterminated-condition'],
    ['#endif', '1 unmatched-directive'],
    ['#else', '1 unmatched-directive'],
    ['#if 1\n#else\n#else\n#endif', '3 unmatched-directive'],
    ['#if\n#endif', '1 invalid-condition'],
    ['#if 1 +\n#endif', '1 invalid-condition'],
    ['#if 1 / 0\n#endif', '1 invalid-condition'],
    ['#define', '1 invalid-define'],
    ['#define 1 2', '1 invalid-define'],
    ['#wat', '1 unknown-directive'],
    ['#define S "x\nbegin { }', '1 unterminated-string'],
  ])('%j', (text, complaint) => {
    expect(run(text).complaints).toContain(complaint);
  });
});
