import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import { splitAttachPoint } from './lex-attach-point.ts';
import { Lexer } from './lexer.ts';
import type { Token } from './token.ts';

function lex(text: string): { readonly tokens: readonly Token[]; readonly codes: readonly string[] } {
  const diagnostics = new Diagnostics();
  const lexer = new Lexer(new SourceText('test.bt', text), diagnostics);
  const tokens: Token[] = [];
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) tokens.push(token);
  return { tokens, codes: diagnostics.list().map(({ code }) => code) };
}

describe('tokens', () => {
  test.each([
    ['a _b1 $x $1 $# @ @m', 'identifier:a identifier:_b1 variable:$x positional:$1 positional-count:$# map:@ map:@m'],
    ['<<= << <= < >>= ->', '<<=:<<= <<:<< <=:<= <:< >>=:>>= ->:->'],
    ['a---b', 'identifier:a --:-- -:- identifier:b'],
    ['0..10', 'integer:0 ..:.. integer:10'],
    ['$x.0.1', 'variable:$x .:. integer:0 .:. integer:1'],
    ['@x[1]', 'map:@x [:[ integer:1 ]:]'],
    ['a // b\n/* c\n */ d', 'identifier:a identifier:d'],
    ['#!/bin/x\na', 'identifier:a'],
    ['  #define x 1 // y\na', 'preprocessor:#define x 1 identifier:a'],
    ['#define x \\\n  1\na', 'preprocessor:#define x \\\n  1 identifier:a'],
    ['#define x /* a\n b */ 1\nc', 'preprocessor:#define x /* a\n b */ 1 identifier:c'],
    ['#define x "//"\na', 'preprocessor:#define x "//" identifier:a'],
  ])('%j', (text, expected) => {
    const { tokens, codes } = lex(text);
    expect(tokens.map((token) => `${token.kind}:${token.text}`).join(' ')).toBe(expected);
    expect(codes).toEqual([]);
  });

  test('tokens know whether they start their line', () => {
    expect(lex('a b\n /* c */ d e').tokens.map(({ startsLine }) => startsLine)).toEqual([true, false, true, false]);
  });
});

describe('integers', () => {
  test.each([
    ['0', 0n, false],
    ['42', 42n, false],
    ['0755', 0o755n, false],
    ['0xFf', 255n, false],
    ['0xdead_beef', 0xdeadbeefn, false],
    ['1_000_000', 1_000_000n, false],
    ['1e6', 1_000_000n, false],
    ['2E3', 2000n, false],
    ['0e999999999', 0n, false],
    ['18446744073709551615', 2n ** 64n - 1n, false],
    ['0xffffffffffffffff', 2n ** 64n - 1n, false],
    ['0000000000000000000000000000001', 1n, false],
    ['1u', 1n, true],
    ['1ULL', 1n, true],
    ['1LLU', 1n, true],
    ['1l', 1n, false],
    ['0xffUL', 255n, true],
    ['7ns', 7n, false],
    ['7us', 7_000n, false],
    ['7ms', 7_000_000n, false],
    ['7s', 7_000_000_000n, false],
    ['7m', 420_000_000_000n, false],
    ['7h', 25_200_000_000_000n, false],
    ['7d', 604_800_000_000_000n, false],
    ['1e3ms', 1_000_000_000n, false],
  ] as const)('%s', (text, value, unsigned) => {
    const { tokens, codes } = lex(text);
    expect(codes).toEqual([]);
    expect(tokens).toMatchObject([{ kind: 'integer', text, value, unsigned }]);
  });

  test.each([
    ['18446744073709551616', 'integer-too-large'],
    ['0x10000000000000000', 'integer-too-large'],
    ['1e20', 'integer-too-large'],
    ['1e999999999', 'integer-too-large'],
    ['9999999999d', 'integer-too-large'],
    ['089', 'invalid-integer'],
    ['1_', 'invalid-integer'],
    ['0x', 'invalid-integer'],
    ['0x_', 'invalid-integer'],
    ['1e', 'invalid-integer-suffix'],
    ['1e5_', 'invalid-integer'],
    ['1x', 'invalid-integer-suffix'],
    ['0b101', 'invalid-integer-suffix'],
    ['1uul', 'invalid-integer-suffix'],
    ['0x1ms', 'invalid-integer-suffix'],
    ['12abc', 'invalid-integer-suffix'],
  ])('%s is none: %s', (text, code) => {
    const { tokens, codes } = lex(`${text} x`);
    expect(codes).toEqual([code]);
    expect(tokens.map(({ kind }) => kind)).toEqual(['integer', 'identifier']);
  });
});

describe('strings', () => {
  test.each([
    ['""', ''],
    ['"a b"', 'a b'],
    ['"\\n\\t\\r\\"\\\\"', '\n\t\r"\\'],
    ['"\\x41\\101\\0"', 'AA\0'],
    ['"\\x4"', '\x04'],
    ['"\\x414"', 'A4'],
    ['"\\1012"', 'A2'],
    ['"é☃🐝"', 'é☃🐝'],
    ['"\\xc3\\xa9"', 'é'],
    ['"\\xff"', '\udcff'],
    ['"a\\xc3b"', 'a\udcc3b'],
    ['"\ud800"', '\ufffd'],
  ])('%j', (text, value) => {
    const { tokens, codes } = lex(text);
    expect(codes).toEqual([]);
    expect(tokens).toMatchObject([{ kind: 'string', value }]);
  });

  test.each([
    ['"\\q"', 'invalid-escape', 'q'],
    ['"\\400"', 'invalid-escape', ''],
    ['"\\xg"', 'invalid-escape', 'xg'],
    ['"abc', 'unterminated-string', 'abc'],
    ['"abc\\', 'unterminated-string', 'abc'],
    ['"abc\n"', 'unterminated-string', 'abc'],
  ])('%j is damaged: %s', (text, code, value) => {
    const { tokens, codes } = lex(text);
    expect(codes[0]).toBe(code);
    expect(tokens[0]).toMatchObject({ kind: 'string', value });
  });
});

describe('attach points', () => {
  test.each([
    ['k:f {', 'k:f', ['f']],
    ['k:f{', 'k:f', ['f']],
    ['k:f,k:g', 'k:f', ['f']],
    ['k:f/pid/', 'k:f', ['f']],
    ['k:f//x', 'k:f', ['f']],
    ['begin/1/', 'begin', []],
    ['tracepoint:syscalls:sys_enter_*?[a] {', 'tracepoint:syscalls:sys_enter_*?[a]', ['syscalls', 'sys_enter_*?[a]']],
    ['uprobe:/bin/x:sym+0x10 {', 'uprobe:/bin/x:sym+0x10', ['/bin/x', 'sym+0x10']],
    ['uprobe:/lib/*.so:f {', 'uprobe:/lib/*.so:f', ['/lib/*.so', 'f']],
    ['iter:task:/sys/fs/bpf/x {', 'iter:task:/sys/fs/bpf/x', ['task', '/sys/fs/bpf/x']],
    ['u:"/a b":cpp:"f(int, char)" {', 'u:"/a b":cpp:"f(int, char)"', ['/a b', 'cpp', 'f(int, char)']],
    ['u:"a\\"b":c {', 'u:"a\\"b":c', ['a"b', 'c']],
    ['u:a"b:c"d:e {', 'u:a"b:c"d:e', ['ab:cd', 'e']],
    ['usdt:/x::p {', 'usdt:/x::p', ['/x', '', 'p']],
    ['software:faults: {', 'software:faults:', ['faults', '']],
    ['hz:99 {', 'hz:99', ['99']],
    ['interval:1s {', 'interval:1s', ['1s']],
    ['{', '', []],
    ['/*c*/ k:f {', 'k:f', ['f']],
  ])('%s', (source, text, parts) => {
    const diagnostics = new Diagnostics();
    const found = new Lexer(new SourceText('test.bt', source), diagnostics).attachPoint();
    expect(found.text).toBe(text);
    expect(splitAttachPoint(found.text, found.start).parts.map((part) => part.text)).toEqual(parts);
    expect(diagnostics.list()).toEqual([]);
  });

  test('parts know where they stand', () => {
    const { provider, parts, span } = splitAttachPoint('u:"/a":f', 10);
    expect([provider, ...parts].map((part) => part.span)).toEqual([
      { start: 10, end: 11 },
      { start: 12, end: 16 },
      { start: 17, end: 18 },
    ]);
    expect(span).toEqual({ start: 10, end: 18 });
  });

  test('a quote that is not closed ends with its line', () => {
    const diagnostics = new Diagnostics();
    const lexer = new Lexer(new SourceText('test.bt', 'u:"/a b\n{'), diagnostics);
    expect(lexer.attachPoint().text).toBe('u:"/a b');
    expect(diagnostics.list().map(({ code }) => code)).toEqual(['unterminated-string']);
  });
});
