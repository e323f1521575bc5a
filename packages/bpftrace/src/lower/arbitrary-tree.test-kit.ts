/** Random well-typed trees, for property tests. */
import fc from 'fast-check';
import type { MapSymbol, TypedExpression, TypedScript, TypedStatement, VariableSymbol } from '../typed/tree.ts';
import {
  BOOL,
  INT32,
  INT64,
  type IntType,
  type TupleType,
  type Type,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
} from '../types/type.ts';
import {
  add,
  aggregate,
  arg,
  assign,
  begin,
  binary,
  builtin,
  cast,
  choice,
  comm,
  compare,
  contains,
  evaluate,
  extract,
  forRange,
  int,
  jump,
  logical,
  map,
  print,
  printf,
  read,
  record,
  SPAN,
  script,
  str,
  text,
  tuple,
  variable,
  when,
} from './tree.test-kit.ts';

const INT_TYPES: readonly IntType[] = [INT64, UINT64, INT32, UINT32, UINT16, UINT8];
const OPERATORS = ['+', '-', '*', '/', '%', '<<', '>>', '&', '|', '^'] as const;
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;

const interesting = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 7n, 8n, 255n, 1000n, 65_536n, 0x7fff_ffffn, 0xffff_ffffn, (1n << 63n) - 1n),
  fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
);

export const intType: fc.Arbitrary<IntType> = fc.constantFrom(...INT_TYPES);

/** Arithmetic over the first three words of the context. */
export function arithmetic(type: IntType, depth: number): fc.Arbitrary<TypedExpression> {
  const leaf = fc.oneof(
    interesting.map((value) =>
      int(
        BigInt.asIntN(type.sizeBytes * 8 - 1, value) < 0n ? 1n : value & ((1n << BigInt(type.sizeBytes * 8 - 1)) - 1n),
        type,
      ),
    ),
    fc.integer({ min: 0, max: 2 }).map((n) => cast(arg(n), type)),
  );
  if (depth === 0) return leaf;
  const inner = arithmetic(type, depth - 1);
  const condition = comparison(depth - 1);
  return fc.oneof(
    leaf,
    fc.tuple(inner, fc.constantFrom(...OPERATORS), inner).map(([left, op, right]) => binary(left, op, right)),
    fc.tuple(inner, fc.constantFrom('-', '~')).map(
      ([operand, operator]): TypedExpression => ({
        kind: 'unary',
        operator: operator as '-',
        operand,
        type,
        span: SPAN,
      }),
    ),
    intType.chain((from) => arithmetic(from, depth - 1)).map((operand) => cast(operand, type)),
    fc.tuple(condition, inner, inner).map(([c, a, b]) => choice(c, a, b)),
    condition.map((c) => cast(c, type)),
  );
}

export function comparison(depth: number): fc.Arbitrary<TypedExpression> {
  const plain = intType.chain((type) =>
    fc
      .tuple(
        arithmetic(type, Math.max(0, depth - 1)),
        fc.constantFrom(...COMPARISONS),
        arithmetic(type, Math.max(0, depth - 1)),
      )
      .map(([left, op, right]) => binary(left, op, right)),
  );
  if (depth === 0) return plain;
  const inner = comparison(depth - 1);
  return fc.oneof(
    plain,
    fc
      .tuple(inner, fc.constantFrom('&&' as const, '||' as const), inner)
      .map(([left, op, right]) => logical(left, op, right)),
    inner.map((operand): TypedExpression => ({ kind: 'unary', operator: '!', operand, type: BOOL, span: SPAN })),
  );
}

type StringType = Type & { readonly kind: 'string' };

const SHORT: StringType = { kind: 'string', sizeBytes: 20 };
const LONG: StringType = { kind: 'string', sizeBytes: 151 };
const PAIR: TupleType = { kind: 'tuple', elements: [UINT8, SHORT, INT64] };

/** The script's names: variables and maps of several types. */
interface Names {
  readonly numbers: readonly VariableSymbol[];
  readonly short: VariableSymbol;
  readonly long: VariableSymbol;
  readonly pair: VariableSymbol;
  readonly maps: readonly MapSymbol[];
  readonly scalar: MapSymbol;
  readonly text: MapSymbol;
  readonly keyed: MapSymbol;
  readonly byText: MapSymbol;
  readonly byPair: MapSymbol;
  readonly aggregates: readonly MapSymbol[];
}

function names(): Names {
  const scalar = map('@n', INT64);
  const text = map('@s', SHORT);
  const keyed = map('@k', INT64, UINT32);
  const byText = map('@t', SHORT, LONG);
  const byPair = map('@p', PAIR, PAIR);
  const types: Type[] = [
    { kind: 'count' },
    { kind: 'sum', signed: true },
    { kind: 'avg', signed: false },
    { kind: 'min', signed: true },
    { kind: 'max', signed: false },
    { kind: 'stats', signed: true },
    { kind: 'hist', bits: 0 },
    { kind: 'hist', bits: 3 },
    { kind: 'lhist', min: 0n, max: 1000n, step: 30n },
  ];
  const aggregates = types.flatMap((type, i) => [
    map(`@a${i}`, type),
    map(`@b${i}`, type, PAIR),
    map(`@c${i}`, type, UINT64),
  ]);
  return {
    numbers: [variable('$a'), variable('$b'), variable('$c')],
    short: variable('$short', SHORT),
    long: variable('$long', LONG),
    pair: variable('$pair', PAIR),
    maps: [scalar, text, keyed, byText, byPair, ...aggregates],
    scalar,
    text,
    keyed,
    byText,
    byPair,
    aggregates,
  };
}

function number(n: Names, depth: number): fc.Arbitrary<TypedExpression> {
  const leaf = fc.oneof(
    arithmetic(INT64, 1),
    fc.constantFrom(...n.numbers).map((v) => read(v)),
    fc.constantFrom('nsecs' as const, 'cgroup' as const).map((name) => cast(builtin(name), INT64)),
    fc
      .constantFrom('pid' as const, 'tid' as const, 'uid' as const, 'cpu' as const)
      .map((name) => cast(builtin(name, UINT32), INT64)),
    fc.constant(read(n.scalar)),
    fc.constant(extract(read(n.pair), 24, INT64)),
  );
  if (depth === 0) return leaf;
  const inner = number(n, depth - 1);
  return fc.oneof(
    leaf,
    fc.tuple(inner, fc.constantFrom(...OPERATORS), inner).map(([left, op, right]) => binary(left, op, right)),
    inner.map((key) => read(n.keyed, cast(key, UINT32))),
    fc.tuple(inner, inner).map(([key, delta]) => add(n.keyed, delta, cast(key, UINT32))),
    inner.map((delta) => add(n.scalar, delta, undefined, 'new')),
    truth(n, depth - 1).map((c) => cast(c, INT64)),
    fc.tuple(truth(n, depth - 1), inner, inner).map(([c, a, b]) => choice(c, a, b)),
    pairOf(n, depth - 1).map((pair) => extract(read(n.byPair, pair), 24, INT64)),
  );
}

function truth(n: Names, depth: number): fc.Arbitrary<TypedExpression> {
  const plain = fc
    .tuple(number(n, 0), fc.constantFrom(...COMPARISONS), number(n, 0))
    .map(([l, op, r]) => binary(l, op, r));
  if (depth === 0) return plain;
  const word = fc.constantFrom('sh', 'a', '', '/etc/hostname', 'x'.repeat(18)).map(text);
  const any = fc.oneof(stringOfType(n, SHORT, depth - 1), stringOfType(n, LONG, depth - 1), fc.constant(comm));
  return fc.oneof(
    plain,
    fc.tuple(any, word, fc.boolean()).map(([left, right, equal]) => compare(left, right, equal)),
    fc.tuple(any, any).map(([left, right]) => compare(left, right)),
    fc.tuple(any, fc.constantFrom('a', 'host', 'longer needle').map(text)).map(([h, needle]) => contains(h, needle)),
    fc
      .tuple(truth(n, depth - 1), fc.constantFrom('&&' as const, '||' as const), truth(n, depth - 1))
      .map(([l, op, r]) => logical(l, op, r)),
    pairOf(n, depth - 1).map(
      (key): TypedExpression => ({ kind: 'has-key', map: n.byPair, key, type: BOOL, span: SPAN }),
    ),
    number(n, depth - 1).map(
      (key): TypedExpression => ({ kind: 'delete', map: n.keyed, key: cast(key, UINT32), type: BOOL, span: SPAN }),
    ),
  );
}

function stringOfType(n: Names, type: StringType, depth: number): fc.Arbitrary<TypedExpression> {
  const own = type === SHORT ? n.short : n.long;
  const leaf = fc.oneof(
    fc.constant(read(own)),
    fc.constantFrom(0, 1).map((i) => str(arg(i), type.sizeBytes - 1)),
    fc.constantFrom('', 'some text').map((value) => cast(text(value), type)),
    fc.constant(type === SHORT ? read(n.text) : cast(comm, type)),
  );
  if (depth === 0) return leaf;
  return fc.oneof(
    leaf,
    number(n, 0).map((length) => str(arg(0), type.sizeBytes - 1, length)),
    fc
      .tuple(truth(n, depth - 1), stringOfType(n, type, depth - 1), stringOfType(n, type, depth - 1))
      .map(([c, a, b]) => choice(c, a, b)),
    ...(type === SHORT
      ? [
          stringOfType(n, LONG, depth - 1).map((key) => read(n.byText, key)),
          fc.constant(extract(read(n.pair), 1, SHORT)),
        ]
      : []),
  );
}

function pairOf(n: Names, depth: number): fc.Arbitrary<TypedExpression> {
  const made = fc
    .tuple(number(n, 0), stringOfType(n, SHORT, depth), number(n, depth))
    .map(([a, s, b]) => tuple(cast(a, UINT8), s, b));
  return fc.oneof(made, fc.constant(read(n.pair)));
}

function statement(n: Names, depth: number): fc.Arbitrary<TypedStatement> {
  const d = Math.max(0, depth - 1);
  const simple = fc.oneof(
    fc.tuple(fc.constantFrom(...n.numbers), number(n, d)).map(([v, e]) => assign(v, e)),
    stringOfType(n, SHORT, d).map((e) => assign(n.short, e)),
    stringOfType(n, LONG, d).map((e) => assign(n.long, e)),
    pairOf(n, d).map((e) => assign(n.pair, e)),
    number(n, d).map((e) => assign(n.scalar, e)),
    stringOfType(n, SHORT, d).map((e) => assign(n.text, e)),
    fc.tuple(number(n, d), number(n, d)).map(([key, e]) => assign(n.keyed, e, cast(key, UINT32))),
    fc.tuple(stringOfType(n, LONG, d), stringOfType(n, SHORT, d)).map(([key, e]) => assign(n.byText, e, key)),
    fc.tuple(pairOf(n, d), pairOf(n, d)).map(([key, e]) => assign(n.byPair, e, key)),
    fc.tuple(fc.constantFrom(...n.aggregates), number(n, d), pairOf(n, d)).map(([target, value, pair]) => {
      const key = !target.key ? undefined : target.key.kind === 'tuple' ? pair : cast(value, UINT64);
      return aggregate(target, target.value.kind === 'count' ? undefined : value, key);
    }),
    fc
      .array(
        fc.oneof(number(n, d), stringOfType(n, SHORT, d), stringOfType(n, LONG, d), fc.constant(comm), pairOf(n, d)),
        { maxLength: 4 },
      )
      .map((args) => printf(...args)),
    fc.tuple(stringOfType(n, LONG, d), number(n, d)).map(([path, ret]) => print(record({ path, ret, comm }))),
    number(n, d).map((e) => evaluate(e)),
    fc.constantFrom(jump('return'), jump('exit')),
  );
  if (depth === 0) return simple;
  const body = fc.array(statement(n, d), { maxLength: 3 });
  return fc.oneof(
    { weight: 6, arbitrary: simple },
    { weight: 3, arbitrary: fc.tuple(truth(n, d), body, body).map(([c, a, b]) => when(c, a, b)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: 0, max: 5 }), fc.option(number(n, 0), { nil: undefined }), body)
        .map(([end, bound, inner]) => {
          const i = variable('$i');
          return forRange(
            i,
            int(0),
            bound ?? int(end),
            ...inner,
            assign(n.scalar, read(i)),
            when(binary(read(i), '==', int(3)), [jump('break')]),
          );
        }),
    },
  );
}

/** A script of one probe that uses most of the language. */
export function arbitraryScript(depth = 3): fc.Arbitrary<TypedScript> {
  const n = names();
  return fc
    .tuple(fc.array(statement(n, depth), { minLength: 1, maxLength: 5 }), fc.option(truth(n, 1), { nil: undefined }))
    .map(([body, predicate]) => script([begin(body, predicate && { predicate })], n.maps));
}
