/**
 * Random expressions, statements and types for property tests: see `arbitrary-script.ts`. They hold only what the parser
 * can make: no names that read as keywords or types, values in all branches of an if-expression, and so on. They follow
 * the grammar alone: most of them mean nothing.
 */
import fc from 'fast-check';
import type {
  BinaryOperator,
  Block,
  BlockExpression,
  Expression,
  IfExpression,
  IntegerLiteral,
  MapRef,
  Name,
  Statement,
  TypeSyntax,
  VariableRef,
} from './ast.ts';
import { binaryPrecedence } from './precedence.ts';
import { holdByte, normalizeBytes } from './string-bytes.ts';

export const span = { start: 0, end: 0 };

const names = ['pid', 'comm', 'args', 'arg0', 'nsecs', 'retval', 'curtask', 'foo', 'x1', '_y', 'AF_INET', 'config'];
const functions = ['printf', 'count', 'hist', 'str', 'kstack', 'f', 'delete', 'nsecs', '_g'];
const binaryOperators = Object.keys(binaryPrecedence) as BinaryOperator[];

export const word = fc.constantFrom(...names);
const name = fc.oneof(word, fc.constantFrom('if', 'struct', 'next', 'string')).map((text): Name => ({ text, span }));
export const plainName = word.map((text): Name => ({ text, span }));

export const variable = fc
  .constantFrom('$a', '$b', '$_c1', '$pid')
  .map((text): VariableRef => ({ kind: 'variable', name: text, span }));

export const mapName = fc.constantFrom('@', '@m', '@start', '@_1');

const units = { '': 1n, ns: 1n, us: 1000n, ms: 10n ** 6n, s: 10n ** 9n, m: 60n * 10n ** 9n } as const;

export const integer: fc.Arbitrary<IntegerLiteral> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).chain((value) =>
    fc
      .constantFrom(`${value}`, `0x${value.toString(16)}`, `${value}u`, `${value}ull`, `${value}LL`)
      .map((text): IntegerLiteral => {
        return { kind: 'integer', value, unsigned: /u/i.test(text), text, span };
      }),
  ),
  fc
    .tuple(fc.nat(999), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])))
    .map(([count, unit]): IntegerLiteral => {
      return { kind: 'integer', value: BigInt(count) * units[unit], unsigned: false, text: `${count}${unit}`, span };
    }),
  fc.constantFrom<IntegerLiteral>(
    { kind: 'integer', value: 1_000_000n, unsigned: false, text: '1e6', span },
    { kind: 'integer', value: 1_234n, unsigned: false, text: '1_234', span },
    { kind: 'integer', value: 0o755n, unsigned: false, text: '0755', span },
  ),
);

/** Any text, with bytes between that are no text. */
export const stringValue = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.nat(255).map(holdByte)), { maxLength: 3 })
  .map((parts) => normalizeBytes(parts.join('')));

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  integer,
  stringValue.map((value): Expression => ({ kind: 'string', value, span })),
  fc.boolean().map((value): Expression => ({ kind: 'boolean', value, span })),
  word.map((text): Expression => ({ kind: 'identifier', name: text, span })),
  fc.integer({ min: 1, max: 20 }).map((index): Expression => ({ kind: 'positional', index, span })),
  fc.constant<Expression>({ kind: 'positional-count', span }),
  variable,
  mapName.map((text): Expression => ({ kind: 'map', name: text, span })),
);

interface Trees {
  expression: Expression;
  value: BlockExpression;
  branch: BlockExpression | IfExpression;
  map: MapRef;
  type: TypeSyntax;
  block: Block;
  statement: Statement;
}

const known = ['uint64', 'int8', 'string', 'unsigned long', 'char', 'bool', 'size_t', 'void'];

export function record(kind: string, parts: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc.record(parts).map((values) => ({ kind, span, ...values }));
}

/** With one key fewer where it is undefined, as the parser makes its nodes. */
export function compact<T extends object>(node: T): T {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as T;
}

export const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
export const few = <T>(arbitrary: fc.Arbitrary<T>, minLength = 0) => fc.array(arbitrary, { minLength, maxLength: 3 });

export const trees = fc.letrec<Trees>((tie: fc.LetrecTypedTie<Trees>) => {
  const expression = tie('expression');
  const statement = tie('statement');
  const type = tie('type');
  const isUpdate = (node: Expression) => node.kind === 'update' && node.prefix;
  const fields = fc.uniqueArray(fc.record({ name: plainName, value: expression }), {
    minLength: 1,
    maxLength: 3,
    selector: (field) => field.name.text,
  });

  return {
    expression: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'script' },
      leaf,
      tie('map'),
      record('unary', { operator: fc.constantFrom('-', '!', '~', '*', '&'), operand: expression }),
      record('update', {
        operator: fc.constantFrom('++', '--'),
        prefix: fc.boolean(),
        target: fc.oneof(variable, tie('map')),
      }),
      record('binary', { operator: fc.constantFrom(...binaryOperators), left: expression, right: expression }),
      record('binary', { operator: fc.constantFrom(...binaryOperators), left: expression, right: expression }),
      record('ternary', { condition: expression, then: option(expression), otherwise: expression }).map(compact),
      record('call', {
        name: fc.constantFrom(...functions).map((text): Name => ({ text, span })),
        args: few(fc.oneof({ weight: 5, arbitrary: expression }, { weight: 1, arbitrary: type })),
      }),
      record('member', { object: expression, name, arrow: fc.boolean() }),
      record('tuple-member', { object: expression, index: fc.nat(12) }),
      record('index', { object: expression, index: expression }),
      record('tuple', { elements: few(expression) }),
      record('record', { fields }),
      record('cast', { type, operand: expression.filter((node) => !isUpdate(node)) }),
      record('sizeof', { operand: fc.oneof(type, expression) }),
      record('typeof', { operand: fc.oneof(type, expression) }),
      record('typeinfo', { operand: fc.oneof(type, expression) }),
      record('offsetof', { operand: fc.oneof(type, expression), path: few(name, 1) }),
      record('comptime', { operand: expression }),
      tie('value'),
      tie('branch'),
    ) as fc.Arbitrary<Expression>,

    value: fc
      .record({ statements: few(statement), value: expression })
      .map((parts): BlockExpression => ({ kind: 'block-expression', block: { kind: 'block', span, ...parts }, span })),

    branch: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'script' },
      tie('value'),
      record('if-expression', {
        condition: expression,
        comptime: fc.boolean(),
        then: tie('value'),
        otherwise: tie('branch'),
      }) as fc.Arbitrary<IfExpression>,
    ),

    map: fc
      .record({ name: mapName, key: option(expression) })
      .map((parts): MapRef => compact({ kind: 'map', span, ...parts })),

    // Only what reads as a type wherever it stands.
    type: fc.oneof(
      fc
        .record({
          tag: option(fc.constantFrom('struct', 'union', 'enum')),
          pointers: fc.nat(2),
          lengths: few(option<Expression>(fc.oneof({ maxDepth: 3, depthIdentifier: 'script' }, integer, expression))),
        })
        .chain(({ tag, ...parts }) =>
          fc
            .constantFrom(...(tag ? ['task_struct', 'foo'] : known))
            .map((text): TypeSyntax => compact({ kind: 'type', tag, name: text, span, ...parts })),
        ),
    ),

    block: few(statement).map((statements): Block => ({ kind: 'block', statements, span })),

    statement: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'script' },
      record('expression-statement', { expression }),
      record('assignment', {
        target: fc.oneof(variable, tie('map'), record('member', { object: variable, name, arrow: fc.boolean() })),
        operator: option(fc.constantFrom('+', '-', '*', '/', '%', '<<', '>>', '&', '|', '^')),
        value: expression,
      }).map(compact),
      record('assignment', { target: fc.constant({ kind: 'discard', span }), value: expression }),
      record('let', {
        variable,
        type: option(
          fc.oneof(
            type,
            expression.map((typeOf) => ({ kind: 'type', name: '', typeOf, pointers: 1, lengths: [], span })),
            fc.constant({ kind: 'type', name: 'my_struct', pointers: 0, lengths: [], span }),
          ),
        ),
        value: option(expression),
      }).map(compact),
      record('if', {
        condition: expression,
        comptime: fc.boolean(),
        then: tie('block'),
        otherwise: option(tie('block')),
      }).map(compact),
      record('if', {
        condition: expression,
        comptime: fc.boolean(),
        then: tie('block'),
        otherwise: record('if', { condition: expression, comptime: fc.boolean(), then: tie('block') }),
      }),
      record('unroll', { count: expression, body: tie('block') }),
      record('while', { condition: expression, body: tie('block') }),
      record('for', {
        variable,
        over: fc.oneof(
          mapName.map((text) => ({ kind: 'map', name: text, span })),
          fc.record({ kind: fc.constant('range'), start: expression, end: expression }),
        ),
        body: tie('block'),
      }),
      fc.constantFrom({ kind: 'jump', jump: 'break', span }, { kind: 'jump', jump: 'continue', span }),
      record('jump', { jump: fc.constant('return'), value: option(expression) }).map(compact),
      tie('block'),
    ) as fc.Arbitrary<Statement>,
  };
});
