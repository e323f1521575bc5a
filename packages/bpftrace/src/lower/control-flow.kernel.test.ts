import { describe, expect, test } from 'vitest';
import type { MapSymbol, TypedExpression, TypedProbe, TypedStatement } from '../typed/tree.ts';
import { BOOL, INT64, stringOf, type Type } from '../types/type.ts';
import { cString, loadScript, ownComm, wordsOf } from './loaded-script.test-kit.ts';
import { thisKernel } from './machine-facts.test-kit.ts';
import {
  add,
  arg,
  assign,
  begin,
  binary,
  choice,
  comm,
  compare,
  compileTree,
  contains,
  evaluate,
  extract,
  forRange,
  int,
  jump,
  map,
  pid,
  read,
  SPAN,
  script,
  str,
  text,
  tuple,
  variable,
  when,
} from './tree.test-kit.ts';

/** What a body leaves in `result`, run with these arguments. */
function run(result: MapSymbol, body: TypedStatement[], args: bigint[] = [], more: Partial<TypedProbe> = {}): bigint {
  using loaded = loadScript(compileTree(script([begin(body, more)], [result]), {}, thisKernel));
  loaded.run(args);
  return wordsOf(loaded.scalar(`map_${result.name.slice(1)}`))[0]!;
}

const sum = map('@sum', INT64);
const i = variable('$i');

describe('loops', () => {
  test('of constant bounds', () => {
    expect(run(sum, [forRange(i, int(1), int(11), evaluate(add(sum, read(i))))])).toBe(55n);
    expect(run(sum, [forRange(i, int(5), int(5), evaluate(add(sum, int(1))))])).toBe(0n);
  });

  test('with break and continue', () => {
    const body = [
      when(binary(read(i), '==', int(3)), [jump('continue')]),
      when(binary(read(i), '>', int(5)), [jump('break')]),
      evaluate(add(sum, read(i))),
    ];
    expect(run(sum, [forRange(i, int(0), int(100), ...body)])).toBe(12n);
    expect(run(sum, [forRange(i, arg(0), arg(1), ...body)], [0n, 100n])).toBe(12n);
  });

  test('of bounds known at run time, or too many to walk through', () => {
    const total = variable('$total');
    const body = [
      assign(total, int(0)),
      forRange(i, arg(0), arg(1), assign(total, binary(read(total), '+', read(i)))),
      assign(sum, read(total)),
    ];
    expect(run(sum, body, [-3n, 1001n])).toBe(500_494n);
    expect(run(sum, body, [5n, 5n])).toBe(0n);
    const long = [forRange(i, int(0), int(100_000), evaluate(add(sum, int(2))))];
    expect(run(sum, long)).toBe(200_000n);
  });

  test('within loops, and with return', () => {
    const j = variable('$j');
    const inner = forRange(
      j,
      int(0),
      arg(0),
      evaluate(add(sum, read(j))),
      when(binary(read(j), '==', arg(1)), [jump('return')]),
    );
    const body = [forRange(i, int(0), arg(0), inner), assign(sum, int(-1))];
    expect(run(sum, body, [10n, 100n])).toBe(-1n);
    expect(run(sum, body, [10n, 4n])).toBe(10n);
  });

  test('while', () => {
    const n = variable('$n');
    const step = assign(n, binary(read(n), '-', int(1)));
    const loop: TypedStatement = {
      kind: 'while',
      condition: binary(read(n), '>', int(0)),
      body: [evaluate(add(sum, read(n))), step],
      span: SPAN,
    };
    expect(run(sum, [assign(n, arg(0)), loop], [100n])).toBe(5050n);
  });
});

describe('variables', () => {
  test('that are assigned in one branch start as zero', () => {
    const x = variable('$x');
    const body = [when(arg(0), [assign(x, int(5))]), assign(sum, read(x))];
    expect(run(sum, body, [0n])).toBe(0n);
    expect(run(sum, body, [1n])).toBe(5n);
  });

  test('hold tuples', () => {
    const t = variable('$t', tuple(pid, comm, int(0)).type);
    const body = [assign(t, tuple(pid, comm, arg(0))), assign(sum, extract(read(t), 24, INT64))];
    expect(run(sum, body, [-42n])).toBe(-42n);
  });

  test('are swapped in a tuple of themselves', () => {
    const t = variable('$t', tuple(int(0), int(0)).type);
    const swapped = tuple(extract(read(t), 8, INT64), extract(read(t), 0, INT64));
    const body = [assign(t, tuple(arg(0), arg(1))), assign(t, swapped), assign(sum, extract(read(t), 0, INT64))];
    expect(run(sum, body, [1n, 2n])).toBe(2n);
  });
});

test('a predicate decides', () => {
  const body = [evaluate(add(sum, int(1)))];
  expect(run(sum, body, [5n], { predicate: binary(arg(0), '==', int(5)) })).toBe(1n);
  expect(run(sum, body, [6n], { predicate: binary(arg(0), '==', int(5)) })).toBe(0n);
});

describe('strings', () => {
  const truth = (e: TypedExpression, ...strings: string[]) =>
    run(sum, [when(e, [assign(sum, int(1))])], strings.map(cString)) === 1n;
  const own = ownComm().toString('latin1').replaceAll('\0', '');

  test.each<[string, TypedExpression, string[], boolean]>([
    ['comm', compare(comm, text(own)), [], true],
    ['comm, not equal', compare(comm, text(own), false), [], false],
    ['a prefix of comm', compare(comm, text(own.slice(0, 2))), [], false],
    ['a prefix with a limit', compare(comm, text(`${own.slice(0, 2)}???`), true, 2), [], true],
    ['str with a constant', compare(str(arg(0)), text('/etc/hostname')), ['/etc/hostname'], true],
    ['a longer str', compare(str(arg(0)), text('/etc/host')), ['/etc/hostname'], false],
    ['a shorter str', compare(str(arg(0)), text('/etc/hostname')), ['/etc/host'], false],
    ['an empty constant', compare(str(arg(0)), text('')), [''], true],
    ['an empty constant and more', compare(str(arg(0)), text('')), ['x'], false],
    ['two strings', compare(str(arg(0)), str(arg(1))), ['same text here', 'same text here'], true],
    ['two other strings', compare(str(arg(0)), str(arg(1))), ['same text here', 'same text there'], false],
    [
      'two strings up to a limit',
      compare(str(arg(0)), str(arg(1)), true, 9),
      ['same text here', 'same text there'],
      true,
    ],
    ['a string within', contains(str(arg(0)), text('host')), ['/etc/hostname'], true],
    ['at the start', contains(str(arg(0)), text('/etc')), ['/etc/hostname'], true],
    ['at the end', contains(str(arg(0)), text('name')), ['/etc/hostname'], true],
    ['a string that is not within', contains(str(arg(0)), text('hosts')), ['/etc/hostname'], false],
    ['a string of the run within', contains(str(arg(0), 40), str(arg(1), 20)), ['/etc/hostname', 'tname'], true],
    ['a string of the run not within', contains(str(arg(0), 40), str(arg(1), 20)), ['/etc/hostname', 'tnamed'], false],
    ['comm contains', contains(comm, text(own.slice(1, 4))), [], true],
  ])('%s', (_name, e, strings, expected) => {
    expect(truth(e, ...strings)).toBe(expected);
  });

  test('a choice between two', () => {
    const type: Type = stringOf(20);
    const s = variable('$s', type);
    const longer: TypedExpression = { kind: 'cast', operand: text('no'), type, span: SPAN };
    const other: TypedExpression = { kind: 'cast', operand: text('yes'), type, span: SPAN };
    const body = [assign(s, choice(arg(0), other, longer)), when(compare(read(s), text('yes')), [assign(sum, int(1))])];
    expect(run(sum, body, [1n])).toBe(1n);
    expect(run(sum, body, [0n])).toBe(0n);
  });

  test('whole values', () => {
    const pair = tuple(arg(0), arg(1));
    const same: TypedExpression = {
      kind: 'string-compare',
      equal: true,
      left: pair,
      right: tuple(int(1), int(2)),
      bytes: true,
      type: BOOL,
      span: SPAN,
    };
    expect(run(sum, [when(same, [assign(sum, int(1))])], [1n, 2n])).toBe(1n);
    expect(run(sum, [when(same, [assign(sum, int(1))])], [1n, 3n])).toBe(0n);
  });
});
