import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import { parse } from './parser.ts';
import { printScript } from './print.ts';
import { punctuators } from './token.ts';

const folder = new URL('./corpus/', import.meta.url);
const corpus = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Parses, checks what holds for every text, and returns the codes of the diagnostics. */
function parseAny(text: string): ReadonlySet<string> {
  const source = new SourceText('damaged.bt', text);
  const diagnostics = new Diagnostics();
  const script = parse(source, diagnostics);
  const complaints = diagnostics.list();
  const outside = complaints.filter(({ span }) => span.start < 0 || span.end < span.start || span.end > text.length);
  expect(outside).toEqual([]);
  const { height, errors } = measure(script);
  if (errors > 0) expect(diagnostics.hasErrors).toBe(true);
  expect(height).toBeLessThan(4000);
  return new Set(complaints.map(({ code }) => code));
}

function survive(text: string): void {
  parseAny(text);
}

/** The height of a tree and its `error` nodes, counted without recursion; spans are within their source. */
function measure(root: object): { readonly height: number; readonly errors: number } {
  const pending: [object, number][] = [[root, 1]];
  let height = 0;
  let errors = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [node, depth] = next;
    height = Math.max(height, depth);
    if ('kind' in node && node.kind === 'error') errors += 1;
    for (const part of Object.values(node)) {
      if (typeof part === 'object' && part !== null) pending.push([part, depth + 1]);
    }
  }
  return { height, errors };
}

describe('any text is survived', () => {
  test('random characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), survive), { numRuns: 300 });
  });

  test('random UTF-16, with unpaired surrogates', () => {
    const units = fc.array(fc.nat(0xffff), { maxLength: 200 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(fc.property(units, survive), { numRuns: 300 });
  });

  test('random tokens', () => {
    const words = [
      'k:f',
      'begin',
      'if',
      'else',
      'for',
      'let',
      'struct',
      'enum',
      'macro',
      'fn',
      'config',
      'sizeof',
      'x',
    ];
    const values = [
      '$x',
      '@m',
      '@',
      '1',
      '"s"',
      '$1',
      '$#',
      '#define x y',
      '\n#if 0\n',
      '\n#endif\n',
      '\n',
      '//',
      '/*',
    ];
    const token = fc.constantFrom(...words, ...values, ...punctuators, 'offsetof', 'typeof', 'uint8', 'comptime', "'");
    const soup = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(' '));
    fc.assert(fc.property(soup, survive), { numRuns: 500 });
  });

  test('good scripts cut off anywhere', () => {
    const cut = fc.constantFrom(...corpus).chain((text) => fc.nat(text.length).map((end) => text.slice(0, end)));
    fc.assert(fc.property(cut, survive), { numRuns: 300 });
  });

  test('good scripts with a part removed, doubled or replaced', () => {
    const edit = fc.record({
      text: fc.constantFrom(...corpus),
      from: fc.nat(1000),
      length: fc.nat(12),
      insert: fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom(...punctuators), fc.constantFrom('"', '/*', '//')),
    });
    fc.assert(
      fc.property(edit, ({ text, from, length, insert }) => {
        const at = from % (text.length + 1);
        survive(text.slice(0, at) + insert + text.slice(at + length));
      }),
      { numRuns: 500 },
    );
  });

  test('what can be parsed of a damaged script can be printed', () => {
    const cut = fc.constantFrom(...corpus).chain((text) => fc.nat(text.length).map((end) => text.slice(0, end)));
    fc.assert(
      fc.property(cut, (text) => {
        const source = new SourceText('damaged.bt', text);
        expect(typeof printScript(parse(source, new Diagnostics()), source)).toBe('string');
      }),
      { numRuns: 100 },
    );
  });
});

describe('deep and long input', () => {
  const many = 100_000;
  const inBegin = (text: string) => `begin { ${text} }`;

  test.each([
    ['parentheses', inBegin('('.repeat(many))],
    ['closed parentheses', inBegin(`${'('.repeat(many)}1${')'.repeat(many)};`)],
    ['negations', inBegin('!'.repeat(many))],
    ['casts', inBegin(`${'(int8)'.repeat(many)}1;`)],
    ['type operators', inBegin('(typeof('.repeat(many))],
    ['braces', inBegin('{'.repeat(many))],
    ['brackets', inBegin(`@x${'[@x'.repeat(many)}`)],
    ['indexes', inBegin(`$x${'[0]'.repeat(many)};`)],
    ['members', inBegin(`$x${'.y'.repeat(many)};`)],
    ['sums', inBegin(`1${' + 1'.repeat(many)};`)],
    ['sums of sums', inBegin(`${`(1${' + 1'.repeat(900)} + `.repeat(150)}1;`)],
    ['ternaries', inBegin(`1${' ? 2 : 3'.repeat(many)};`)],
    ['calls', inBegin('f('.repeat(many))],
    ['conditions', inBegin(`if (1) {} ${'else if (1) {} '.repeat(many)}`)],
    ['blocks of conditions', inBegin('if (1) { '.repeat(many))],
    ['structures', 'struct { '.repeat(many)],
    ['pointers', inBegin(`(struct s ${'*'.repeat(many)})`)],
    ['lengths', inBegin(`let $x : int8${'[1]'.repeat(2000)};`)],
  ])('%s', (_, text) => {
    const codes = parseAny(text);
    // Pointers and lengths are no trees: they may be as many as they like.
    if (!text.includes('*') && !text.includes('let')) expect(codes).toContain('nesting-too-deep');
  });

  test.each([
    ['a long sum is fine', inBegin(`$x = 1${' + 1'.repeat(900)};`)],
    ['many sums are fine', inBegin(`$x = 1${' + 1'.repeat(600)};\n`.repeat(20))],
    ['many conditions are fine', inBegin(`if (1) {} ${'else if (1) {} '.repeat(900)}\n`.repeat(3))],
    ['fifty parentheses are fine', inBegin(`$x = ${'(1 + '.repeat(50)}1${')'.repeat(50)};`)],
    ['fifty blocks are fine', inBegin('if (1) { '.repeat(50) + '}'.repeat(50))],
    ['many statements are fine', inBegin('@x[1, 2] = (uint8)f(3) + $y.z;\n'.repeat(5000))],
    ['many probes are fine', 'kprobe:f /pid == 1/ { @ = count(); }\n'.repeat(5000)],
    ['a long string is fine', inBegin(`print("${'a\\n'.repeat(many)}");`)],
    ['a long comment is fine', `/*${' *'.repeat(many)} */ begin { }`],
    ['many comments are fine', `${'// x\n/* y */'.repeat(many / 10)}\nbegin { }`],
  ])('%s', (_, text) => {
    expect([...parseAny(text)]).toEqual([]);
  });

  test.each([
    ['strange characters', inBegin('§ '.repeat(many))],
    ['quotes', inBegin('"\\'.repeat(many))],
    ['open comments', '/*'.repeat(many)],
    ['directives with open comments', `#define x ${'/*'.repeat(many)}`],
    ['directives with escaped quotes', `#define x ${'\\"'.repeat(many)}`],
    ['directives that go on', `#define x ${'\\\n'.repeat(many)}`],
    ['conditions of the preprocessor', '#if 0\n'.repeat(many)],
    ['digits', inBegin('9'.repeat(many))],
    ['hexadecimal digits', inBegin(`0x${'f'.repeat(many)}`)],
    ['exponents', inBegin(`1e${'9'.repeat(many)}`)],
    ['quoted attach points', `u:${'"\\'.repeat(many)}`],
    ['colons', ':'.repeat(many)],
    ['commas', `k:f${','.repeat(many)}`],
    ['closing braces', '}'.repeat(many)],
    ['slashes', `k:f ${'/ '.repeat(many)}`],
  ])('%s', (_, text) => {
    survive(text);
  });
});
