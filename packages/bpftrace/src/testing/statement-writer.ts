import type { Choices } from './choices.ts';
import { ExpressionWriter, type Surroundings } from './expression-writer.ts';
import type { MapsOfScript, ScriptMapPlan, VariablesInScope } from './names-in-scope.ts';
import type { ProbeChoice } from './probe-menu.ts';
import { anyShape, INT, type Shape } from './shape.ts';

const AGGREGATES = [
  'count()', 'sum(V)', 'avg(V)', 'min(V)', 'max(V)', 'stats(V)', 'hist(V)', 'hist(V, 3)', 'lhist(V, 0, 100, 10)', 'lhist(V, -50, 1000, 7)',
]; // biome-ignore format: a table

const OPERATORS = ['+', '-', '*', '&', '|', '^'];

/** Conversions that show a number, and those that show anything. */
const NUMBERS = [
  '%d',
  '%u',
  '%x',
  '%ld',
  '%llu',
  '%5d',
  '%-8d|',
  '%08x',
  '%#x',
  '%o',
  '%c',
  '%p',
  '%hhd',
  '%+d',
  '%X',
  '%s',
];
const ANYTHING = ['%s', '%20s', '%-20s|', '%.3s'];

/** The kernel lets a program use 64 maps. */
const MOST_MAPS = 12;

/** Writes the statements of one probe. */
export class StatementWriter {
  readonly #choices: Choices;
  readonly #probe: ProbeChoice;
  readonly #maps: MapsOfScript;
  readonly #variables: VariablesInScope;
  readonly #expressions: ExpressionWriter;
  #loops = 0;

  constructor(choices: Choices, surroundings: Surroundings) {
    this.#choices = choices;
    this.#probe = surroundings.probe;
    this.#maps = surroundings.maps;
    this.#variables = surroundings.variables;
    this.#expressions = new ExpressionWriter(choices, surroundings);
  }

  /** @param depth of blocks within each other, at most. */
  statement(depth: number): string {
    const nested = depth > 0 ? 1 : 0;
    return this.#choices.weighted(
      [5, () => this.#printf()],
      [9, () => this.#newVariable()],
      [6, () => this.#assign()],
      [6, () => this.#assignMap()],
      [6, () => this.#aggregate()],
      [2, () => this.#increment()],
      [3, () => this.#print()],
      [2, () => this.#changeMap()],
      [1, () => this.#rare()],
      [this.#loops > 0 ? 2 : 0, () => `if (${this.#expressions.condition(1)}) { ${this.#jump()}; }`],
      [6 * nested, () => this.#if(depth)],
      [2 * nested, () => this.#range(depth)],
      [nested, () => this.#while(depth)],
      [nested, () => this.#unroll(depth)],
      [nested, () => this.#block(depth)],
    );
  }

  #newVariable(): string {
    const choices = this.#choices;
    if (choices.chance(15)) return this.#declared();
    const shape = anyShape(choices, 2);
    const value = this.#expressions.value(shape, 3);
    const { name } = this.#variables.declare(shape);
    return `${choices.pick(['', 'let '])}${name} = ${value};`;
  }

  /** `let` with a type: what goes in at first must fit, what follows is cut. */
  #declared(): string {
    const choices = this.#choices;
    const type = choices.pick(['uint8', 'int16', 'uint32', 'int64', 'uint64']);
    const value = this.#expressions.int(2);
    const { name } = this.#variables.declare(INT);
    return `let ${name}: ${type}${choices.chance(70) ? ` = (${type})${value}` : ''};`;
  }

  #assign(): string {
    const choices = this.#choices;
    const variables = this.#variables.all.filter(({ fixed }) => !fixed);
    if (variables.length === 0) return this.#newVariable();
    const { name, shape } = choices.pick(variables);
    if (shape.kind !== 'int' || choices.chance(40)) return `${name} = ${this.#expressions.value(shape, 3)};`;
    return `${name} ${choices.pick(OPERATORS)}= ${this.#expressions.unknownInt(2)};`;
  }

  #assignMap(): string {
    const choices = this.#choices;
    const known = this.#maps.all.filter(({ value }) => value !== undefined);
    if (this.#maps.all.length < MOST_MAPS && (known.length === 0 || choices.chance(40))) {
      const value = anyShape(choices, 2);
      const text = this.#expressions.value(value, 3);
      return `${this.#place({ value, keys: this.#keys() })} = ${text};`;
    }
    if (known.length === 0) return this.#newVariable();
    const map = choices.pick(known);
    const place = this.#expressions.place(map, 2);
    if (map.value?.kind !== 'int' || choices.chance(40)) return `${place} = ${this.#expressions.value(map.value!, 3)};`;
    return `${place} ${choices.pick(OPERATORS)}= ${this.#expressions.unknownInt(2)};`;
  }

  #aggregate(): string {
    const choices = this.#choices;
    const known = this.#maps.all.filter(({ aggregate }) => aggregate !== undefined);
    const fresh = this.#maps.all.length < MOST_MAPS && (known.length === 0 || choices.chance(40));
    if (!fresh && known.length === 0) return this.#newVariable();
    const value = this.#expressions.unknownInt(2);
    if (fresh) {
      const aggregate = choices.pick(AGGREGATES);
      return `${this.#place({ aggregate, keys: this.#keys() })} = ${aggregate.replace('V', value)};`;
    }
    const map = choices.pick(known);
    return `${this.#expressions.place(map, 2)} = ${map.aggregate!.replace('V', value)};`;
  }

  /** A place in a new map. Its key is written first, so that it does not refer to the map itself. */
  #place(plan: Omit<ScriptMapPlan, 'name'>): string {
    const key = this.#expressions.key({ ...plan, name: '' }, 2);
    const { name } = this.#maps.add(plan);
    return plan.keys.length === 0 ? name : `${name}[${key}]`;
  }

  #keys(): Shape[] {
    const choices = this.#choices;
    return Array.from({ length: choices.pick([0, 1, 1, 2, 3]) }, () => anyShape(choices, 1));
  }

  #increment(): string {
    const choices = this.#choices;
    const counters = this.#variables.of(INT).filter(({ fixed }) => !fixed);
    const places = this.#maps.all.filter(({ value }) => value?.kind === 'int');
    const operator = choices.pick(['++', '--']);
    if (places.length > 0 && choices.chance(60))
      return `${this.#expressions.place(choices.pick(places), 1)}${operator};`;
    return counters.length > 0 ? `${choices.pick(counters).name}${operator};` : this.#newVariable();
  }

  #print(): string {
    const choices = this.#choices;
    if (this.#maps.all.length === 0 || choices.chance(40)) {
      return `print(${this.#expressions.value(anyShape(choices, 2), 2)});`;
    }
    const map = choices.pick(this.#maps.all);
    if (map.keys.length > 0 && choices.chance(40)) return `print(${this.#expressions.place(map, 1)});`;
    const limits = map.keys.length > 0 ? choices.pick(['', ', 5', ', 3, 1000']) : '';
    return `print(${map.name}${limits});`;
  }

  #changeMap(): string {
    const choices = this.#choices;
    if (this.#maps.all.length === 0) return this.#print();
    const map = choices.pick(this.#maps.all);
    const whole = choices.pick(['clear', 'zero', 'delete']);
    if (whole !== 'delete') return `${whole}(${map.name});`;
    if (map.keys.length === 0) return `delete(${map.name});`;
    const key = this.#expressions.key(map, 2);
    return `delete(${map.name}, ${map.keys.length > 1 ? `(${key})` : key});`;
  }

  #printf(): string {
    const choices = this.#choices;
    const args: string[] = [];
    const format = Array.from({ length: choices.below(6) }, () => {
      const shape = anyShape(choices, 1);
      args.push(this.#expressions.value(shape, 2));
      if (shape.kind === 'special' && shape.of === 'buffer') return choices.pick(['%r', '%rx', '%rh', '%s']);
      return choices.pick(shape.kind === 'int' ? NUMBERS : ANYTHING);
    });
    return `printf("${[...format, '%%'].join(' ')}\\n"${args.map((arg) => `, ${arg}`).join('')});`;
  }

  #rare(): string {
    const choices = this.#choices;
    const { userArrays, userText } = this.#probe;
    return choices.weighted(
      [1, () => 'time("%H:%M:%S\\n");'],
      [
        1,
        () => `if (${this.#expressions.condition(1)}) { exit(${choices.pick(['', '1', this.#expressions.int(1)])}); }`,
      ],
      [1, () => `if (${this.#expressions.condition(1)}) { return; }`],
      [userArrays.length > 0 ? 3 : 0, () => `join(${choices.pick(userArrays)}${choices.pick(['', ', ", "'])});`],
      [1, () => `system("echo %d %s", ${this.#expressions.int(1)}, ${this.#expressions.string(1)});`],
      [userText.length > 0 ? 1 : 0, () => `cat("/proc/%d/comm", ${this.#expressions.int(1)});`],
    );
  }

  #if(depth: number): string {
    const choices = this.#choices;
    const [condition, then] = [this.#expressions.condition(2), this.#block(depth)];
    const otherwise = choices.pick(['', 'else', 'else if']);
    if (otherwise === '') return `if (${condition}) ${then}`;
    if (otherwise === 'else') return `if (${condition}) ${then} else ${this.#block(depth)}`;
    return `if (${condition}) ${then} else ${this.#if(depth - 1)}`;
  }

  #range(depth: number): string {
    const choices = this.#choices;
    const [from, to] = choices.weighted(
      [4, () => ['0', choices.pick(['1', '3', '10', '40', '1000'])]],
      [2, () => [choices.pick(['-3', '0', '5']), `(${this.#expressions.unknownInt(1)} % 20)`]],
      [1, () => [this.#expressions.int(1), this.#expressions.unknownInt(1)]],
    );
    return this.#variables.within(() => {
      const { name } = this.#variables.declare(INT, { fixed: true });
      this.#loops++;
      const body = this.#block(depth);
      this.#loops--;
      return `for ${name} : ${from}..${to} ${body}`;
    });
  }

  #while(depth: number): string {
    return this.#variables.within(() => {
      const { name } = this.#variables.declare(INT, { fixed: true });
      this.#loops++;
      const body = this.#block(depth);
      this.#loops--;
      return `{ ${name} = 0; while (${name}++ < ${this.#choices.pick([3, 100])}) ${body} }`;
    });
  }

  #unroll(depth: number): string {
    return `unroll(${this.#choices.pick([1, 2, 3, 6])}) ${this.#block(Math.min(depth, 2))}`;
  }

  #block(depth: number): string {
    return this.#variables.within(() => {
      const statements = Array.from({ length: 1 + this.#choices.below(4) }, () => this.statement(depth - 1));
      return `{ ${statements.join(' ')} }`;
    });
  }

  #jump(): string {
    return this.#choices.pick(['break', 'continue']);
  }
}
