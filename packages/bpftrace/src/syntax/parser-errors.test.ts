import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import { parse } from './parser.ts';
import { showTree } from './show-tree.ts';

/** `line:column code message` of each diagnostic. */
function complaints(text: string): string[] {
  const source = new SourceText('test.bt', text);
  const diagnostics = new Diagnostics();
  parse(source, diagnostics);
  return diagnostics.list().map(({ code, message, span }) => {
    const { line, column } = source.position(span.start);
    return `${line}:${column} ${code} ${message}`;
  });
}

function itemsOf(text: string): string[] {
  return parse(new SourceText('test.bt', text), new Diagnostics()).items.map(showTree);
}

describe('one mistake, one message', () => {
  test.each([
    ['begin { $x = ; }', ["1:14 syntax expected an expression, found ';'"]],
    ['begin { print(1 }', ["1:17 syntax expected ')' after the arguments of 'print', found '}'"]],
    ['begin { print(1; }', ["1:16 syntax expected ')' after the arguments of 'print', found ';'"]],
    ['begin { @x[1 = 2; }', ["1:14 syntax expected ']' after the key of a map, found '='"]],
    ['begin { @x[] = 1; }', ['1:9 syntax the key of a map is empty']],
    ['begin { $x = 1 $y = 2 }', ["1:15 missing-semicolon expected ';' after the statement"]],
    ['begin { f()\ng() }', ["1:12 missing-semicolon expected ';' after the statement"]],
    ['begin { 1 2 }', ["1:11 syntax expected ';' after the statement, found '2'"]],
    ['begin { if ($x = 1) { f() } }', ["1:16 syntax expected ')' to close the parenthesis, found '='"]],
    ['begin { if $x = 1 { f() } }', ['1:15 syntax an assignment is no condition']],
    ['begin { else { } }', ["1:9 syntax 'else' without 'if'"]],
    ['begin { 1 = 2; }', ['1:9 invalid-assignment cannot assign to this']],
    ['begin { f()++; }', ["1:9 invalid-update '++' needs a variable or a map"]],
    ['begin { let x = 1; }', ["1:13 syntax expected a variable after 'let', found 'x'"]],
    ['begin { let @x = 1; }', ['1:13 misplaced-map-declaration maps are declared outside of probes']],
    ['begin { for ($i : 1) { } }', ["1:19 invalid-loop 'for' runs over a map or a range"]],
    ['begin { for ($i : @x[1]) { } }', ["1:19 invalid-loop 'for' runs over a map or a range"]],
    ['begin { $x = if (1) { 2 }; }', ["1:14 if-without-else an 'if' without 'else' has no value here"]],
    ['begin { $x.01 }', ["1:12 syntax '01' is no position in a tuple"]],
    ['begin { $x. }', ["1:13 syntax expected the name of a member after '.', found '}'"]],
    ['begin { (a = 1, a = 2) }', ["1:17 duplicate-field field 'a' is there already"]],
    ['begin { (uint8) }', ["1:17 syntax expected an expression, found '}'"]],
    ['begin { (int8[2] *)x }', ['1:18 unsupported-type a pointer to an array is no type of the language']],
    ['begin { import "x"; }', ["1:9 misplaced-import 'import' stands outside of probes"]],
    ['begin {\n#define X 1\n}', ['2:1 misplaced-directive preprocessor lines stand outside of probes']],
    ['begin { print(1)', ["1:17 unclosed-block expected '}' to close a block"]],
    ['k:f { print(1)\nk:g { }', ["1:15 unclosed-block expected '}' to close a block"]],
    ['k:f', ["1:4 syntax expected '{', a predicate or ',' after the probe, found the end of the script"]],
    ['k:f g { }', ["1:5 syntax expected '{', a predicate or ',' after the probe, found 'g'"]],
    ['k:f /a { }', ["1:8 syntax expected '/' to close the predicate"]],
    ['k:f /a +/ { }', ["1:9 syntax expected an expression, found '/'"]],
    ['k:f // { }', ["1:4 syntax expected '{', a predicate or ',' after the probe, found the end of the script"]],
    ['k:f, { }', []],
    ['k:f,, k:g { }', ["1:5 syntax expected a probe, such as tracepoint:syscalls:sys_enter_open, found ','"]],
    ['} begin { }', ["1:1 syntax unexpected '}' outside of probes"]],
    ['print(1);', ['1:1 syntax expected a probe, such as tracepoint:syscalls:sys_enter_open']],
    ['name=k:f { }', ['1:1 named-probe names of probes are reserved']],
    ['(x):f { }', ["1:1 invalid-provider '(x)' is no kind of probe"]],
    ['config = { a = 1 b = 2 }', ["1:18 syntax expected ';' after a setting, found 'b'"]],
    ['config = { a = 1 + 1 }', ['1:16 invalid-config a setting is an integer, a string, true, false or a word']],
    ['config = { } config = { }', ['1:14 duplicate-config a script has one config block']],
    ['let $x = 1;', ["1:5 syntax expected a map after 'let', found '$x'"]],
    ['struct s { int; }', ["1:15 syntax expected the name of a member, found ';'"]],
    ['struct s { int a }', ["1:18 syntax expected ';' after a member, found '}'"]],
    ['struct s { int a : 65; };', ["1:20 syntax expected the number of bits, 0 to 64, found '65'"]],
    [
      'struct s { struct { int x; } a[2]; };',
      ['1:31 unsupported-member a member cannot be an array of, or a pointer to, its definition'],
    ],
    ['struct s { int a;', ["1:18 syntax expected '}' to close a definition, found the end of the script"]],
    ['enum e { A B }', ["1:12 syntax expected '}' to close a definition, found 'B'"]],
    ['macro m(1) { }', ["1:9 syntax expected a parameter: $variable, @map or name, found '1'"]],
    ['fn f($x) : int8 { }', ["1:8 syntax expected ':' after the name of a parameter, found ')'"]],
    ['begin { print("a); }', ['1:15 unterminated-string string is not closed']],
    [
      'begin { /* x }',
      ["1:8 unclosed-block expected '}' to close a block", '1:9 unterminated-comment comment is not closed'],
    ],
    ["begin { $x = 'a'; }", ["1:14 character-literal no character literals such as 'a'"]],
    [
      'begin { $x = 1 ` 2; }',
      ["1:16 unexpected-character unexpected '`'", "1:18 syntax expected ';' after the statement, found '2'"],
    ],
    ['begin { §§§ print(1) }', ["1:9 unexpected-character unexpected '§§§'"]],
    ['begin { $ = 1; }', ["1:9 unexpected-character unexpected '$'", "1:11 syntax expected an expression, found '='"]],
    ['begin { print($0) }', ["1:15 invalid-positional no such parameter '$0'"]],
  ])('%s', (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe('several mistakes, several messages', () => {
  test.each([
    [
      'begin {\n  $a = ;\n  print(1,, 2);\n  $b = 1\n  $c = (2;\n}\nk:f /+/ { $x = ] }\nend { @ }',
      [
        "2:8 syntax expected an expression, found ';'",
        "3:11 syntax expected an expression, found ','",
        "4:9 missing-semicolon expected ';' after the statement",
        "5:10 syntax expected ')' to close the parenthesis, found ';'",
        "7:6 syntax expected an expression, found '+'",
        "7:16 syntax expected an expression, found ']'",
      ],
    ],
    ['begin { f(1 2, 3 4) }', ["1:13 syntax expected ')' after the arguments of 'f', found '2'"]],
    [
      'begin { f(+, *, 3) ; g(^) }',
      [
        "1:11 syntax expected an expression, found '+'",
        "1:15 syntax expected an expression, found ','",
        "1:24 syntax expected an expression, found '^'",
      ],
    ],
    [
      'struct a { int }; struct b { x y z; }; k { }',
      ["1:16 syntax expected the name of a member, found '}'", "1:34 syntax expected ';' after a member, found 'z'"],
    ],
  ])('%s', (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe('what is understood stays', () => {
  test.each([
    ['begin { $a = ; $b = 2; }', '(probe [begin] (block [(assignment $a (error)) (assignment $b 2)]))'],
    ['begin { f(1, +, 3) }', '(probe [begin] (block [(expression-statement (call f [1 (error) 3]))]))'],
    [
      'begin { if (+) { f() } g() }',
      '(probe [begin] (block [(if (error) (block [(expression-statement (call f []))])) (expression-statement (call g []))]))',
    ],
    ['k:f { x(', '(probe [k:f] (block [(expression-statement (call x [(error)]))]))'],
  ])('%s', (text, tree) => {
    expect(itemsOf(text)).toEqual([tree]);
  });

  test('a probe behind a block that is not closed', () => {
    expect(itemsOf('k:f { if (1) { g()\nbegin { h() }')).toEqual([
      '(probe [k:f] (block [(if 1 (block [(expression-statement (call g []))]))]))',
      '(probe [begin] (block [(expression-statement (call h []))]))',
    ]);
  });

  test('a probe behind garbage', () => {
    expect(itemsOf('some garbage ) here ]\nbegin { h() }').at(-1)).toBe(
      '(probe [begin] (block [(expression-statement (call h []))]))',
    );
  });
});
