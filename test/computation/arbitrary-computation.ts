import fc from 'fast-check';
import { Choices } from '../../packages/bpftrace/src/testing/choices.ts';
import {
  type AggregateKind, type ArithmeticOperator, BOOL, type Comparison, type Expression, INT64, type IntType, type Place,STRING, 
  type Statement, UINT64, type ValueType,
} from './computation.ts'; // biome-ignore format: a list
import { arithmeticType, isInt, literalType, wrap } from './integer-rules.ts';

const NUMBERS = [
  0n, 1n, 2n, 3n, 7n, 10n, 100n, 127n, 128n, 255n, 256n, 1000n, 32767n, 65536n, 2147483647n, 2147483648n, 4294967295n, 4294967296n,
  9223372036854775807n, -1n, -2n, -7n, -128n, -129n, -1000n, -32769n, -2147483648n, -2147483649n, -9223372036854775807n,
]; // biome-ignore format: a table
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'b',
  'bc',
  'sixteen letters!',
  'a text of more than thirty-two bytes',
  'a text of more',
];
const INT_TYPES = ([8, 16, 32, 64] as const).flatMap((bits) => [true, false].map((signed): IntType => ({ kind: 'int', bits, signed }))); // biome-ignore format: short
const COMPARISONS: readonly Comparison[] = ['==', '!=', '<', '<=', '>', '>='];
const OPERATORS: readonly ArithmeticOperator[] = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'];
const PAIR: ValueType = { kind: 'tuple', elements: [INT64, STRING] };
const KEYS: readonly (ValueType | undefined)[] = [undefined, INT64, STRING, PAIR];

interface Variable {
  readonly name: string;
  readonly type: ValueType;
}

interface MapPlan extends Variable {
  readonly key: ValueType | undefined;
  readonly aggregate?: AggregateKind;
}

const DEPTH = 3;

/** Computations over literals, variables, texts, tuples, maps and loops, which print what they find on the way and at the end. */
export const arbitraryComputation: fc.Arbitrary<readonly Statement[]> = fc
  .array(fc.uint16Array({ maxLength: 60, size: 'max' }), { minLength: 4, maxLength: 14, size: 'max' })
  .map((seeds) => new Writer().write(seeds));

class Writer {
  #choices = new Choices([]);
  #variables: Variable[] = [];
  readonly #maps: MapPlan[] = [];
  #count = 0;
  #loops = 0;

  write(seeds: readonly Uint16Array[]): Statement[] {
    const [start, ...rest] = seeds.map((numbers) => new Choices(numbers));
    this.#choices = start!;
    const types: ValueType[] = [INT64, UINT64, this.#intType(), this.#intType(), STRING, STRING, BOOL, PAIR];
    const body = types.map((type) => this.#declare(type, this.#start(type)));
    for (const choices of rest) {
      this.#choices = choices;
      body.push(this.#statement(DEPTH));
    }
    return [...body, ...this.#variables.map(({ name, type }): Statement => ({ kind: 'print', value: { kind: 'variable', name, type } }))]; // biome-ignore format: short
  }

  #statement(depth: number): Statement {
    const c = this.#choices;
    const nested = depth > 0 ? 1 : 0;
    return c.weighted<Statement>(
      [3, () => this.#print()],
      [4, () => this.#printf()],
      [5, () => this.#newVariable()],
      [5, () => this.#assign()],
      [3, () => this.#compound()],
      [2, () => this.#update()],
      [6, () => this.#store()],
      [3, () => this.#aggregate()],
      [1, () => this.#delete()],
      [this.#loops > 0 ? 2 : 0, () => this.#if(0, [{ kind: c.pick(['break', 'continue'] as const) }])],
      [4 * nested, () => this.#if(depth)],
      [3 * nested, () => this.#for(depth)],
      [
        nested,
        () => ({ kind: 'unroll', times: c.pick([1, 2, 5]), body: this.#outsideLoops(() => this.#block(depth)) }),
      ],
    );
  }

  #declare(type: ValueType, value: Expression): Statement {
    const name = `$v${this.#count++}`;
    this.#variables.push({ name, type });
    return { kind: 'assign', name, value };
  }

  #newVariable(): Statement {
    const type = this.#choices.pick<ValueType>([this.#intType(), STRING, BOOL, PAIR]);
    return this.#declare(type, this.#value(type, 3));
  }

  #assign(): Statement {
    const { name, type } = this.#choices.pick(this.#variables);
    return { kind: 'assign', name, value: this.#value(type, 3) };
  }

  /** Of 64-bit variables only: the others would grow. An unsigned one would become signed by what is. */
  #compound(): Statement {
    const { name, type } = this.#wideVariable();
    const operator = this.#choices.pick(OPERATORS.slice(0, type.signed ? 8 : 1));
    const value = type.signed ? this.#operand(operator, 2) : this.#value(UINT64, 2);
    return { kind: 'compound', name, type, operator, value };
  }

  /** What counts down is signed from then on. */
  #update(): Statement {
    const c = this.#choices;
    const { name: of, type } = this.#wideVariable();
    const name = `$v${this.#count++}`;
    this.#variables.push({ name, type });
    return {
      kind: 'update',
      name,
      of,
      type,
      by: type.signed ? c.pick([1n, -1n]) : 1n,
      gives: c.pick(['old', 'new'] as const),
    };
  }

  #wideVariable(): { readonly name: string; readonly type: IntType } {
    const wide = this.#variables.filter(({ type }) => isInt(type) && type.bits === 64);
    return this.#choices.pick(wide) as { readonly name: string; readonly type: IntType };
  }

  #store(): Statement {
    const c = this.#choices;
    const known = this.#maps.filter(({ aggregate }) => !aggregate);
    const type = c.pick<ValueType>([INT64, STRING, BOOL, PAIR, UINT64]);
    const fresh = known.length === 0 || c.chance(40);
    const value = fresh ? this.#value(type, 2) : undefined;
    const [plan, place] = fresh ? this.#newMap({ type, key: c.pick(KEYS) }) : this.#placed(c.pick(known));
    if (plan.type === INT64 && c.chance(40)) return { kind: 'add', place, value: this.#value(INT64, 2) };
    return { kind: 'store', place, value: value ?? this.#value(plan.type, 2) };
  }

  #aggregate(): Statement {
    const c = this.#choices;
    const known = this.#maps.filter(({ aggregate }) => aggregate !== undefined);
    const value = this.#value(INT64, 2);
    const fresh = known.length === 0 || c.chance(40);
    const aggregate = c.pick<AggregateKind>(['count', 'sum', 'min', 'max']);
    const [plan, place] = fresh
      ? this.#newMap({ type: INT64, key: c.pick(KEYS), aggregate })
      : this.#placed(c.pick(known));
    return { kind: 'aggregate', place, aggregate: plan.aggregate!, value };
  }

  #delete(): Statement {
    const keyed = this.#maps.filter(({ key }) => key !== undefined);
    if (keyed.length === 0) return this.#print();
    const { name: map, key } = this.#choices.pick(keyed);
    return { kind: 'delete', map, key: this.#value(key!, 1) };
  }

  /** The key does not refer to the map itself. */
  #newMap(plan: Omit<MapPlan, 'name'>): [MapPlan, Place] {
    const placed = this.#placed({ ...plan, name: `@m${this.#maps.length}` });
    this.#maps.push(placed[0]);
    return placed;
  }

  #placed(plan: MapPlan): [MapPlan, Place] {
    return [plan, this.#place(plan)];
  }

  #place({ name, key }: MapPlan): Place {
    return key ? { map: name, key: this.#value(key, 1) } : { map: name };
  }

  /** A map without keys would be printed as a map: with its name, and as it is when the record is read. Its value is printed in a tuple. */
  #print(): Statement {
    const value = this.#value(this.#choices.pick<ValueType>([this.#intType(), STRING, BOOL, PAIR]), 3);
    if (value.kind !== 'read' || value.place.key !== undefined) return { kind: 'print', value };
    return {
      kind: 'printf',
      parts: [{ conversion: isInt(value.type) ? '%ld' : '%s', value }],
    };
  }

  #printf(): Statement {
    const c = this.#choices;
    const part = () => {
      if (c.chance(10)) return { conversion: '%s', value: this.#value(PAIR, 2) };
      if (c.chance(20)) return { conversion: c.pick(['%s', '%20s', '%-9s']), value: this.#value(STRING, 2) };
      return { conversion: c.pick(['%d', '%ld', '%u', '%lu', '%x', '%lx', '%12ld', '%-7d']), value: this.#int(3) };
    };
    return { kind: 'printf', parts: Array.from({ length: 1 + c.below(4) }, part) };
  }

  #if(depth: number, then?: readonly Statement[]): Statement {
    const condition = this.#bool(2);
    const otherwise = !then && this.#choices.chance(50) ? this.#block(depth) : [];
    return { kind: 'if', condition, then: then ?? this.#block(depth), otherwise };
  }

  #for(depth: number): Statement {
    const from = this.#choices.pick([0, 2, 5]);
    const to = from + this.#choices.pick([1, 3, 12, 0, 40]);
    const name = `$v${this.#count++}`;
    this.#loops++;
    const body = this.#block(depth, { name, type: literalType(BigInt(to)) });
    this.#loops--;
    return { kind: 'for', name, from, to, body };
  }

  /** What is declared within is not there behind it. */
  #block(depth: number, counter?: Variable): Statement[] {
    const outside = this.#variables;
    this.#variables = [...outside];
    const body: Statement[] = [];
    if (counter) {
      const value: Expression = { kind: 'cast', type: INT64, operand: { kind: 'variable', ...counter } };
      body.push(this.#declare(INT64, value));
    }
    const statements = 1 + this.#choices.below(3);
    for (let i = 0; i < statements; i++) body.push(this.#statement(depth - 1));
    this.#variables = outside;
    return body;
  }

  /** An unrolled body is no loop: nothing there breaks. */
  #outsideLoops<T>(write: () => T): T {
    const loops = this.#loops;
    this.#loops = 0;
    const result = write();
    this.#loops = loops;
    return result;
  }

  #value(type: ValueType, depth: number): Expression {
    switch (type.kind) {
      case 'int':
        return { kind: 'cast', type, operand: this.#unknownInt(depth) };
      case 'bool':
        return this.#bool(depth);
      case 'string':
        return this.#string(depth);
      case 'tuple':
        return this.#known(type) ?? this.#tuple(type, depth);
    }
  }

  #tuple(type: ValueType & { kind: 'tuple' }, depth: number): Expression {
    return { kind: 'tuple', type, elements: type.elements.map((one) => this.#value(one, depth - 1)) };
  }

  /** The first value of a variable. */
  #start(type: ValueType): Expression {
    const c = this.#choices;
    switch (type.kind) {
      case 'int':
        return { kind: 'cast', type, operand: literal(c.pick(NUMBERS)) };
      case 'bool':
        return { kind: 'constant', type, value: c.pick([true, false]) };
      case 'string':
        return { kind: 'constant', type, value: c.pick(TEXTS) };
      case 'tuple':
        return { kind: 'tuple', type, elements: type.elements.map((one) => this.#start(one)) };
    }
  }

  #int(depth: number): Expression {
    return this.#choices.weighted([3, () => literal(this.#choices.pick(NUMBERS))], [7, () => this.#unknownInt(depth)]);
  }

  /** An integer that the compiler does not know: folding keeps literals exact, which they are not at run time. */
  #unknownInt(depth: number): Expression {
    const c = this.#choices;
    const deep = depth > 0 ? 1 : 0;
    return c.weighted<Expression>(
      [4, () => this.#variable((type) => type.kind === 'int')],
      [8 * deep, () => this.#arithmetic(depth)],
      [2 * deep, () => ({ kind: 'cast', type: this.#intType(), operand: this.#unknownInt(depth - 1) })],
      [deep, () => this.#wideUnary(depth)],
      [2 * deep, () => this.#choice(this.#intType(), depth)],
      [2 * deep, () => this.#readInt()],
      [deep, () => ({ kind: 'element', type: INT64, of: this.#variable((type) => type === PAIR), index: 0 })],
    );
  }

  #arithmetic(depth: number): Expression {
    const operator = this.#choices.pick(OPERATORS);
    const left = this.#unknownInt(depth - 1);
    const isShift = operator === '<<' || operator === '>>';
    const right = isShift ? literal(BigInt(this.#choices.below(64))) : this.#operand(operator, depth);
    return { kind: 'arithmetic', type: arithmeticType(operator, left, right), operator, left, right };
  }

  #operand(operator: ArithmeticOperator, depth: number): Expression {
    const right = this.#int(depth - 1);
    const isZero = right.kind === 'constant' && right.value === 0n;
    return isZero && (operator === '/' || operator === '%') ? literal(3n) : right;
  }

  #wideUnary(depth: number): Expression {
    const kind = this.#choices.pick(['negate', 'complement'] as const);
    const type = this.#choices.pick([INT64, UINT64]);
    return { kind, type, operand: this.#value(type, depth - 1) };
  }

  #choice(type: ValueType, depth: number): Expression {
    const [condition, then, otherwise] = [
      this.#bool(depth - 1),
      this.#value(type, depth - 1),
      this.#value(type, depth - 1),
    ];
    return { kind: 'choice', type, condition, then, otherwise };
  }

  #readInt(): Expression {
    const maps = this.#maps.filter(({ type }) => type.kind === 'int');
    if (maps.length === 0) return this.#variable((type) => type.kind === 'int');
    const plan = this.#choices.pick(maps);
    const read: Expression = { kind: 'read', type: plan.type, place: this.#place(plan) };
    return plan.aggregate ? { kind: 'cast', type: INT64, operand: read } : read;
  }

  #bool(depth: number): Expression {
    const c = this.#choices;
    const deep = depth > 0 ? 1 : 0;
    const keyed = this.#maps.filter(({ key }) => key !== undefined);
    return c.weighted<Expression>(
      [2, () => this.#variable((type) => type.kind === 'bool')],
      [5, () => this.#comparison(c.pick(COMPARISONS), this.#unknownInt(depth - 1), this.#int(depth - 1))],
      [3, () => this.#comparison(c.pick(COMPARISONS.slice(0, 2)), this.#string(depth - 1), this.#string(depth - 1))],
      [deep, () => this.#comparison(c.pick(COMPARISONS.slice(0, 2)), this.#variable((type) => type === PAIR), this.#tuple(PAIR as ValueType & { kind: 'tuple' }, depth))], // biome-ignore format: short
      [deep, () => this.#sameStart(depth)],
      [1, () => ({ kind: 'contains', type: BOOL, text: this.#variable((type) => type.kind === 'string'), part: c.pick(['a', 'bc', 'ten', 'tt']) })], // biome-ignore format: short
      [2 * deep, () => ({ kind: 'logical', type: BOOL, operator: c.pick(['&&', '||'] as const), left: this.#bool(depth - 1), right: this.#bool(depth - 1) })], // biome-ignore format: short
      [deep, () => ({ kind: 'not', type: BOOL, operand: this.#bool(depth - 1) })],
      [keyed.length > 0 ? deep : 0, () => this.#hasKey(c.pick(keyed))],
    );
  }

  #comparison(operator: Comparison, left: Expression, right: Expression): Expression {
    return { kind: 'compare', type: BOOL, operator, left, right };
  }

  #sameStart(depth: number): Expression {
    const [left, right] = [this.#string(depth - 1), this.#string(depth - 1)];
    return { kind: 'same-start', type: BOOL, left, right, length: this.#choices.pick([1, 2, 5, 16, 30]) };
  }

  #hasKey({ name: map, key }: MapPlan): Expression {
    return { kind: 'has-key', type: BOOL, map, key: this.#value(key!, 1) };
  }

  #string(depth: number): Expression {
    const c = this.#choices;
    const deep = depth > 0 ? 1 : 0;
    return c.weighted<Expression>(
      [3, () => ({ kind: 'constant', type: STRING, value: c.pick(TEXTS) })],
      [4, () => this.#variable((type) => type.kind === 'string')],
      [2 * deep, () => this.#choice(STRING, depth)],
      [2 * deep, () => this.#known(STRING) ?? this.#variable((type) => type.kind === 'string')],
      [deep, () => ({ kind: 'element', type: STRING, of: this.#variable((type) => type === PAIR), index: 1 })],
    );
  }

  /** A value out of a map, or of a variable. */
  #known(type: ValueType): Expression | undefined {
    const c = this.#choices;
    const maps = this.#maps.filter((map) => map.type === type && !map.aggregate);
    if (maps.length > 0 && c.chance(30)) {
      const plan = c.pick(maps);
      return { kind: 'read', type, place: this.#place(plan) };
    }
    return c.chance(50) ? this.#variable((one) => one === type) : undefined;
  }

  #variable(wanted: (type: ValueType) => boolean): Expression {
    const { name, type } = this.#choices.pick(this.#variables.filter((one) => wanted(one.type)));
    return { kind: 'variable', name, type };
  }

  #intType(): IntType {
    return this.#choices.pick(INT_TYPES);
  }
}

function literal(value: bigint): Expression {
  const type = literalType(value);
  return { kind: 'constant', type, value: wrap(value, type) };
}
