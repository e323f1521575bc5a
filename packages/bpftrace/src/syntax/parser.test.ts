import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import type { Script } from './ast.ts';
import { parse } from './parser.ts';
import { showTree } from './show-tree.ts';

function parseWell(text: string): Script {
  const diagnostics = new Diagnostics();
  const script = parse(new SourceText('test.bt', text), diagnostics);
  expect(diagnostics.list()).toEqual([]);
  return script;
}

function statementsOf(text: string): string {
  const [probe] = parseWell(`begin { ${text} }`).items;
  return probe?.kind === 'probe' ? probe.body.statements.map(showTree).join(' ') : '';
}

describe('expressions', () => {
  test.each([
    ['1 + 2 * 3', '(binary + 1 (binary * 2 3))'],
    ['1 - 2 - 3', '(binary - (binary - 1 2) 3)'],
    [
      'a || b && c | d ^ e & f == g < h << i + j',
      '(binary || a (binary && b (binary | c (binary ^ d (binary & e (binary == f (binary < g (binary << h (binary + i j)))))))))',
    ],
    ['(1 + 2) * 3', '(binary * (binary + 1 2) 3)'],
    ['!-~*&$x', '(unary ! (unary - (unary ~ (unary * (unary & $x)))))'],
    ['- -1', '(unary - (unary - 1))'],
    ['a - -b', '(binary - a (unary - b))'],
    ['a ? b : c ? d : e', '(ternary a b (ternary c d e))'],
    ['a ?: b', '(ternary a b)'],
    ['++$x', '(update ++ prefix $x)'],
    ['$x--', '(update -- $x)'],
    ['@x[1]++', '(update ++ @x[1])'],
    ['a.b->c.0[1]', '(index (tuple-member (member (member a b) c arrow) 0) 1)'],
    ['$kv.0.1', '(tuple-member (tuple-member $kv 0) 1)'],
    ['args.if.struct', '(member (member args if) struct)'],
    ['f()', '(call f [])'],
    ['f(1, "a", @x)', '(call f [1 "a" @x])'],
    ['@[1, 2]', '@[(tuple [1 2])]'],
    ['@x[(1, 2)]', '@x[(tuple [1 2])]'],
    ['@x[1][2]', '(index @x[1] 2)'],
    ['(@x)[2]', '(index @x 2)'],
    ['()', '(tuple [])'],
    ['(1,)', '(tuple [1])'],
    ['(1, 2,)', '(tuple [1 2])'],
    ['(a = 1, b = (2))', '(record [(a 1) (b 2)])'],
    ['$1 + $#', '(binary + $1 (positional-count))'],
    ['{ f(); 1 }', '(block (expression-statement (call f [])) 1)'],
    ['true == false', '(binary == true false)'],
    ['comptime $x + 1', '(binary + (comptime $x) 1)'],
  ])('%s', (text, tree) => {
    // In parentheses, because a block at the start of a statement is a statement.
    const shown = statementsOf(`$r = ${text};`);
    expect(shown).toBe(
      `(assignment $r ${text.startsWith('{') ? '(block-expression (block [(expression-statement (call f []))] 1))' : tree})`,
    );
  });

  test.each([
    ['if a { 1 } else { 2 }', '(if-expression a (block-expression (block [] 1)) (block-expression (block [] 2)))'],
    [
      'if comptime (a) { 1 } else if b { 2 } else { 3 }',
      '(if-expression a comptime (block-expression (block [] 1)) (if-expression b (block-expression (block [] 2)) (block-expression (block [] 3))))',
    ],
  ])('%s', (text, tree) => {
    expect(statementsOf(`$r = ${text};`)).toBe(`(assignment $r ${tree})`);
  });
});

describe('types', () => {
  test.each([
    ['(uint64)1', '(cast <uint64> 1)'],
    ['(uint64)-1 + 2', '(binary + (cast <uint64> (unary - 1)) 2)'],
    ['(struct foo *)x.y', '(cast <struct foo*> (member x y))'],
    ['((struct foo *)x).y', '(member (cast <struct foo*> x) y)'],
    ['(int8[8])1', '(cast <int8[8]> 1)'],
    ['(uint8[])x', '(cast <uint8[]> x)'],
    ['(unsigned long long)x', '(cast <unsigned long long> x)'],
    ['(const char *)x', '(cast <char*> x)'],
    ['(foo)x', '(cast <foo> x)'],
    ['(foo)-1', '(cast <foo> (unary - 1))'],
    ['(foo **)x', '(cast <foo**> x)'],
    ['(pid) - 1', '(binary - pid 1)'],
    ['(arg0) * 2', '(binary * arg0 2)'],
    ['(foo)', 'foo'],
    ['(foo) + 1', '(binary + foo 1)'],
    ['(foo * bar)', '(binary * foo bar)'],
    ['(uint32)(uint8)1', '(cast <uint32> (cast <uint8> 1))'],
    ['(typeof(x))y', '(cast <typeof(x)> y)'],
    ['(typeof(x) *)y', '(cast <typeof(x)*> y)'],
    ['(typeof(x))', '(typeof x)'],
    ['(typeof(x) == typeof(uint8))', '(binary == (typeof x) (typeof <uint8>))'],
    ['sizeof(uint64)', '(sizeof <uint64>)'],
    ['sizeof(struct foo *)', '(sizeof <struct foo*>)'],
    ['sizeof(foo *)', '(sizeof <foo*>)'],
    ['sizeof(foo)', '(sizeof foo)'],
    ['sizeof(foo * bar)', '(sizeof (binary * foo bar))'],
    ['sizeof($x.y)', '(sizeof (member $x y))'],
    ['offsetof(struct foo, a.b)', '(offsetof <struct foo> [a b])'],
    ['offsetof(*$x, a)', '(offsetof (unary * $x) [a])'],
    ['f(struct foo, int32, pid * tid)', '(call f [<struct foo> <int32> (binary * pid tid)])'],
    ['typeinfo(int8[2])', '(typeinfo <int8[2]>)'],
  ])('%s', (text, tree) => {
    expect(statementsOf(`$r = ${text};`)).toBe(`(assignment $r ${tree})`);
  });

  test('parameters of a macro are values in parentheses', () => {
    const [macro] = parseWell('macro m(x) { (x) - 1 }').items;
    expect(showTree(macro)).toBe('(macro m [x] (block [] (binary - x 1)))');
  });
});

describe('statements', () => {
  test.each([
    ['$x = 1; @x += 2; @x[1] <<= 3', '(assignment $x 1) (assignment @x + 2) (assignment @x[1] << 3)'],
    ['_ = f()', '(assignment (discard) (call f []))'],
    ['let $x; let $y = 1; let $z : uint8 = 2;', '(let $x) (let $y 1) (let $z <uint8> 2)'],
    ['let $x : struct foo *', '(let $x <struct foo*>)'],
    ['let $x : string[16]', '(let $x <string[16]>)'],
    ['let $x : typeof($y)', '(let $x <typeof($y)>)'],
    ['if a { f() }', '(if a (block [(expression-statement (call f []))]))'],
    ['if (a) {} else {}', '(if a (block []) (block []))'],
    ['if (a) {} else if (b) {} else {}', '(if a (block []) (if b (block []) (block [])))'],
    ['if comptime a {}', '(if a comptime (block []))'],
    ['unroll(3) {} unroll 3 {}', '(unroll 3 (block [])) (unroll 3 (block []))'],
    ['while ($x > 1) {}', '(while (binary > $x 1) (block []))'],
    [
      'for ($i : 0..10) {} for $i : a..b + 1 {}',
      '(for $i (range 0 10) (block [])) (for $i (range a (binary + b 1)) (block []))',
    ],
    ['for ($kv : @m) {} for $kv : @m {}', '(for $kv @m (block [])) (for $kv @m (block []))'],
    ['return; break; continue; return 1', '(jump return) (jump break) (jump continue) (jump return 1)'],
    ['{ 1; } { 2 }', '(block [(expression-statement 1)]) (block [(expression-statement 2)])'],
    [
      'delete(@x, 1); delete(@x[1])',
      '(expression-statement (call delete [@x 1])) (expression-statement (call delete [@x[1]]))',
    ],
    [
      'if a { if b { 1 } else { 2 } }',
      '(if a (block [(if b (block [(expression-statement 1)]) (block [(expression-statement 2)]))]))',
    ],
    [';; 1 ;;', '(expression-statement 1)'],
  ])('%s', (text, tree) => {
    expect(statementsOf(text)).toBe(tree);
  });

  test.each([
    ['macro m() { 1 }', '(block [] 1)'],
    ['macro m() { 1; }', '(block [(expression-statement 1)])'],
    [
      'macro m() { if a { 1 } else { 2 } }',
      '(block [] (if-expression a (block-expression (block [] 1)) (block-expression (block [] 2))))',
    ],
    [
      'macro m() { if a { 1 } else { f(); } }',
      '(block [(if a (block [(expression-statement 1)]) (block [(expression-statement (call f []))]))])',
    ],
    ['macro m() { if a { { 1 } } }', '(block [(if a (block [(block [(expression-statement 1)])]))])'],
    ['macro m() { { 1 } }', '(block [] (block-expression (block [] 1)))'],
    [
      'macro m() { if a { if b { 1 } else { 2 } } f() }',
      '(block [(if a (block [(if b (block [(expression-statement 1)]) (block [(expression-statement 2)]))]))] (call f []))',
    ],
  ])('the value of a block: %s', (text, body) => {
    expect(showTree(parseWell(text).items[0])).toBe(`(macro m [] ${body})`);
  });
});

describe('items', () => {
  test.each([
    ['begin { }', '(probe [begin] (block []))'],
    ['BEGIN{}', '(probe [BEGIN] (block []))'],
    ['k:f /pid == 1/ {}', '(probe [k:f] (binary == pid 1) (block []))'],
    ['k:f /a / 2 > b/ {}', '(probe [k:f] (binary > (binary / a 2) b) (block []))'],
    ['k:f/a/{}', '(probe [k:f] a (block []))'],
    ['begin / @x[tid] / /* c */ {}', '(probe [begin] @x[tid] (block []))'],
    ['k:f, u:/bin/a:g,\nt:a:b* {}', '(probe [k:f u:/bin/a:g t:a:b*] (block []))'],
    ['k:f, /1/ {}', '(probe [k:f] 1 (block []))'],
    ['config = { a = 1; b = "x"; c = true; d = perf }', '(config [(a 1) (b "x") (c true) (d perf)])'],
    ['import "x.bt";', '(import x.bt)'],
    ['let @m = lruhash(10);', '(map-declaration @m lruhash [10])'],
    ['macro m($a, @b, c) { }', '(macro m [$a @b c] (block []))'],
    [
      'fn f($a : uint8, $b : struct s *) : int64 { return 1; }',
      '(subprogram f [($a <uint8>) ($b <struct s*>)] <int64> (block [(jump return 1)]))',
    ],
    ['struct s { int a, *b[2]; u32 c : 3; };', '(struct-definition s [(a <int>) (b <int*[2]>) (c <u32> 3)])'],
    [
      'union u { struct { int x; }; enum { A } e; char n[]; }',
      '(struct-definition union u [((struct-definition [(x <int>)])) (e (enum-definition [(A)])) (n <char[]>)])',
    ],
    ['enum e { A, B = 2, C = B + 1, };', '(enum-definition e [(A) (B 2) (C (binary + B 1))])'],
  ])('%s', (text, tree) => {
    expect(parseWell(text).items.map(showTree).join(' ')).toBe(tree);
  });
});

test('nodes know where they stand', () => {
  const text = 'k:f /a/ { @x[1, 2] = (uint8)f(3) + 4; }';
  const source = new SourceText('test.bt', text);
  const [probe] = parse(source, new Diagnostics()).items;
  const statement = probe?.kind === 'probe' ? probe.body.statements[0] : undefined;
  if (probe?.kind !== 'probe' || statement?.kind !== 'assignment') throw new Error('not parsed');
  const value = statement.value.kind === 'binary' ? statement.value : undefined;
  const parts = [probe, probe.attachPoints[0], probe.predicate, probe.body, statement, statement.target, value?.left];
  expect(parts.map((part) => part && source.slice(part.span))).toEqual([
    text,
    'k:f',
    'a',
    '{ @x[1, 2] = (uint8)f(3) + 4; }',
    '@x[1, 2] = (uint8)f(3) + 4',
    '@x[1, 2]',
    '(uint8)f(3)',
  ]);
});

test('comments are kept in order', () => {
  const script = parseWell('#!/usr/bin/env bpftrace\n// a\nk:f /* b */ { /* c */ x // d\n}');
  expect(script.comments.map(({ text }) => text)).toEqual([
    '#!/usr/bin/env bpftrace',
    '// a',
    '/* b */',
    '/* c */',
    '// d',
  ]);
});
