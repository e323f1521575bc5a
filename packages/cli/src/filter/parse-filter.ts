import { UsageError } from '../usage-error.ts';
import type { CompareOperator, Filter, Operand } from './filter.ts';

const TOKEN =
  /\s*(?:(&&|\|\||==|!=|<=|>=|=~|!~|[<>~!()])|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?))|([A-Za-z_@][\w.@/-]*))/y;
const COMPARE: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '~', '!~']);
const MAX_DEPTH = 200;

interface Token {
  readonly kind: 'operator' | 'string' | 'number' | 'name' | 'end';
  readonly text: string;
  readonly start: number;
}

/**
 * Parses `comm == "sh" && (ret < 0 || path ~ "^/etc/")`: `|| && !`, comparisons `== != < <= > >=`, regular expressions `~` and `!~`,
 * parentheses, columns, numbers, quoted texts, `true`, `false`, `null` (an empty cell).
 * @throws UsageError with a caret under the place.
 */
export function parseFilter(text: string): Filter {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = this.#lex();
  }

  parse(): Filter {
    const filter = this.#or();
    const rest = this.#peek();
    if (rest.kind !== 'end') this.#fail(rest.start, `expected && or ||, found ${rest.text}`);
    return filter;
  }

  /** Or = And { "||" And } */
  #or(): Filter {
    let left = this.#and();
    while (this.#takes('||')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  /** And = Not { "&&" Not } */
  #and(): Filter {
    let left = this.#not();
    while (this.#takes('&&')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  /** Not = "!" Not | "(" Or ")" | Comparison */
  #not(): Filter {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail(this.#peek().start, 'nested too deep');
    try {
      if (this.#takes('!')) return { kind: 'not', operand: this.#not() };
      if (this.#takes('(')) {
        const inner = this.#or();
        if (!this.#takes(')')) this.#fail(this.#peek().start, 'expected )');
        return inner;
      }
      return this.#comparison();
    } finally {
      this.#depth -= 1;
    }
  }

  /** Comparison = Operand [ Operator Operand ] */
  #comparison(): Filter {
    const left = this.#operand();
    const token = this.#peek();
    const operator = token.text === '=~' ? '~' : token.text;
    if (token.kind !== 'operator' || !COMPARE.has(operator)) return { kind: 'truth', operand: left };
    this.#at += 1;
    const start = this.#peek().start;
    const right = this.#operand();
    if (operator === '~' || operator === '!~') this.#checkPattern(right, start);
    return { kind: 'compare', operator: operator as CompareOperator, left, right };
  }

  #operand(): Operand {
    const token = this.#peek();
    this.#at += 1;
    switch (token.kind) {
      case 'string':
        return { kind: 'constant', value: token.text.slice(1, -1).replace(/\\(.)/g, '$1') };
      case 'number':
        return { kind: 'constant', value: numberOf(token.text) };
      case 'name':
        if (token.text === 'true' || token.text === 'false') return { kind: 'constant', value: token.text === 'true' };
        if (token.text === 'null') return { kind: 'constant', value: null };
        return { kind: 'column', name: token.text, start: token.start };
      default:
        return this.#fail(
          token.start,
          token.kind === 'end'
            ? 'expected a column or a value here'
            : `expected a column or a value, found ${token.text}`,
        );
    }
  }

  #checkPattern(operand: Operand, start: number): void {
    if (operand.kind !== 'constant' || typeof operand.value !== 'string')
      this.#fail(start, 'expected a quoted regular expression');
    try {
      new RegExp(operand.value, 'u');
    } catch (error) {
      this.#fail(start, (error as Error).message);
    }
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!;
  }

  #takes(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'operator' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #lex(): Token[] {
    const tokens: Token[] = [];
    let at = 0;
    while (this.#text.slice(at).trim() !== '') {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(this.#text);
      if (!match) this.#fail(at + this.#text.slice(at).search(/\S/), 'unexpected character');
      const [whole, operator, string, number, name] = match;
      const text = operator ?? string ?? number ?? name!;
      const kind = operator ? 'operator' : string ? 'string' : number ? 'number' : 'name';
      tokens.push({ kind, text, start: at + whole.length - text.length });
      at += whole.length;
    }
    tokens.push({ kind: 'end', text: '', start: this.#text.length });
    return tokens;
  }

  #fail(start: number, message: string): never {
    throw new UsageError(`--filter: ${message}\n  ${this.#text}\n  ${' '.repeat(start)}^`);
  }
}

function numberOf(text: string): number | bigint {
  if (text.includes('.')) return Number(text);
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  return BigInt(Number(value)) === value && Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
