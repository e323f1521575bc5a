import type { Expression, IntType, Place, Statement, Value, ValueType } from './computation.ts';
import { arithmeticType, calculate, comparedType, wrap } from './integer-rules.ts';

/** What the script prints: a second reading of the language, that knows nothing of compilers and kernels. */
export function evaluateComputation(body: readonly Statement[]): string {
  const run = new Run();
  run.statements(body);
  return `${run.output}\n\n`;
}

type Flow = 'next' | 'break' | 'continue';

class Run {
  output = '';
  readonly #variables = new Map<string, Value>();
  /** By map and key. */
  readonly #entries = new Map<string, Value>();

  statements(body: readonly Statement[]): Flow {
    for (const s of body) {
      const flow = this.#statement(s);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #statement(s: Statement): Flow {
    switch (s.kind) {
      case 'assign':
        this.#variables.set(s.name, this.#value(s.value));
        return 'next';
      case 'compound': {
        const variable: Expression = { kind: 'variable', name: s.name, type: s.type };
        const type = arithmeticType(s.operator, variable, s.value);
        const value = calculate(s.operator, this.#int(variable), this.#int(s.value), type);
        this.#variables.set(s.name, wrap(value, s.type));
        return 'next';
      }
      case 'update': {
        const old = this.#variables.get(s.of) as bigint;
        const changed = wrap(old + s.by, s.type);
        this.#variables.set(s.of, changed);
        this.#variables.set(s.name, s.gives === 'old' ? old : changed);
        return 'next';
      }
      case 'store':
        this.#entries.set(this.#entry(s.place), this.#value(s.value));
        return 'next';
      case 'add': {
        const entry = this.#entry(s.place);
        const value = this.#int(s.value);
        this.#entries.set(entry, BigInt.asIntN(64, ((this.#entries.get(entry) as bigint) ?? 0n) + value));
        return 'next';
      }
      case 'aggregate':
        this.#aggregate(s);
        return 'next';
      case 'delete':
        this.#entries.delete(this.#entry({ map: s.map, key: s.key }));
        return 'next';
      case 'print':
        this.output += `${shown(this.#value(s.value))}\n`;
        return 'next';
      case 'printf':
        this.output += `${s.parts.map(({ conversion, value }) => converted(conversion, this.#value(value))).join(' ')}\n`;
        return 'next';
      case 'if':
        return this.statements(this.#value(s.condition) ? s.then : s.otherwise);
      case 'for':
        for (let i = s.from; i < s.to; i++) {
          this.#variables.set(s.name, BigInt(i));
          if (this.statements(s.body) === 'break') break;
        }
        return 'next';
      case 'unroll':
        for (let i = 0; i < s.times; i++) {
          const flow = this.statements(s.body);
          if (flow !== 'next') return flow;
        }
        return 'next';
      case 'break':
      case 'continue':
        return s.kind;
    }
  }

  #aggregate({ place, aggregate, value }: Statement & { kind: 'aggregate' }): void {
    const entry = this.#entry(place);
    const old = this.#entries.get(entry) as bigint | undefined;
    const given = this.#int(value);
    const results = {
      count: (old ?? 0n) + 1n,
      sum: BigInt.asIntN(64, (old ?? 0n) + given),
      min: old === undefined || given < old ? given : old,
      max: old === undefined || given > old ? given : old,
    };
    this.#entries.set(entry, results[aggregate]);
  }

  #entry({ map, key }: Place): string {
    return key ? `${map}[${shown(this.#value(key))}]` : map;
  }

  #int(e: Expression): bigint {
    return this.#value(e) as bigint;
  }

  #value(e: Expression): Value {
    switch (e.kind) {
      case 'constant':
        return e.value;
      case 'variable':
        return this.#variables.get(e.name)!;
      case 'read':
        return this.#entries.get(this.#entry(e.place)) ?? zeroOf(e.type);
      case 'has-key':
        return this.#entries.has(this.#entry({ map: e.map, key: e.key }));
      case 'cast':
        return wrap(this.#int(e.operand), e.type);
      case 'negate':
        return wrap(-this.#int(e.operand), e.type);
      case 'complement':
        return wrap(~this.#int(e.operand), e.type);
      case 'arithmetic':
        return calculate(e.operator, this.#int(e.left), this.#int(e.right), e.type);
      case 'compare':
        return this.#compare(e);
      case 'logical':
        return e.operator === '&&'
          ? this.#value(e.left) && this.#value(e.right)
          : this.#value(e.left) || this.#value(e.right);
      case 'not':
        return !this.#value(e.operand);
      case 'choice':
        return this.#value(this.#value(e.condition) ? e.then : e.otherwise);
      case 'same-start':
        return start(this.#value(e.left), e.length) === start(this.#value(e.right), e.length);
      case 'contains':
        return (this.#value(e.text) as string).includes(e.part);
      case 'tuple':
        return e.elements.map((one) => this.#value(one));
      case 'element':
        return (this.#value(e.of) as readonly Value[])[e.index]!;
    }
  }

  #compare({ operator, left, right }: Expression & { kind: 'compare' }): boolean {
    let [l, r] = [this.#value(left), this.#value(right)];
    if (left.type.kind === 'int') {
      const type = comparedType(left, right);
      [l, r] = [wrap(l as bigint, type), wrap(r as bigint, type)];
    } else {
      [l, r] = [shown(l), shown(r)];
    }
    switch (operator) {
      case '==':
        return l === r;
      case '!=':
        return l !== r;
      case '<':
        return l < r;
      case '<=':
        return l <= r;
      case '>':
        return l > r;
      case '>=':
        return l >= r;
    }
  }
}

function start(value: Value, length: number): string {
  return (value as string).slice(0, length);
}

function zeroOf(type: ValueType): Value {
  switch (type.kind) {
    case 'int':
      return 0n;
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'tuple':
      return type.elements.map(zeroOf);
  }
}

function shown(value: Value): string {
  return Array.isArray(value) ? `(${value.map(shown).join(', ')})` : `${value}`;
}

/** `%d`, `%u`, `%x`, with a width perhaps, of 32 bits, or of 64 with `l`; `%s`. */
function converted(conversion: string, value: Value): string {
  const [, left, width = '', length, letter] = /^%(-?)(\d*)(l?)([duxs])$/.exec(conversion)!;
  const type: IntType = { kind: 'int', bits: length === 'l' ? 64 : 32, signed: letter === 'd' };
  const text = letter === 's' ? shown(value) : wrap(value as bigint, type).toString(letter === 'x' ? 16 : 10);
  return left ? text.padEnd(Number(width)) : text.padStart(Number(width));
}
