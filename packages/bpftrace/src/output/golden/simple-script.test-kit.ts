/**
 * A reader of the simple scripts in the golden tables: one BEGIN probe of assignments to maps and calls with literal arguments. With it the formatters are
 * compared with bpftrace without the compiler. Test support only.
 */

export type Statement =
  | { readonly kind: 'assign'; readonly map: string; readonly key?: Expression; readonly value: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

export type Expression =
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'string'; readonly bytes: Uint8Array }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'cast'; readonly type: string; readonly of: Expression }
  | { readonly kind: 'tuple'; readonly elements: readonly Expression[] }
  | { readonly kind: 'record'; readonly fields: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'map'; readonly name: string; readonly key?: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** Undefined for scripts that want a real compiler. */
export function parseSimpleScript(script: string): readonly Statement[] | undefined {
  const body = /^BEGIN \{ (.*)\}$/s.exec(script)?.[1];
  if (body === undefined) return undefined;
  try {
    const parser = new Parser(tokenize(body));
    return parser.statements();
  } catch (error) {
    if (error instanceof NotSimple) return undefined;
    throw error;
  }
}

class NotSimple extends Error {}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(0x[0-9a-f]+|\d+)|(@?\w+|@)|([-()[\]{},=;*]))/gy;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  for (let at = 0; at < trimmed.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(trimmed);
    if (!match) throw new NotSimple(`at ${trimmed.slice(at)}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

const CAST_TYPE = /^u?int(8|16|32|64)$/;

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  statements(): Statement[] {
    const all: Statement[] = [];
    while (this.#at < this.#tokens.length) {
      all.push(this.#statement());
      if (this.#at < this.#tokens.length) this.#expect(';');
    }
    return all;
  }

  #statement(): Statement {
    const target = this.#expression();
    if (target.kind === 'call') return target;
    if (target.kind !== 'map') throw new NotSimple(target.kind);
    this.#expect('=');
    const { name: map, key } = target;
    return { kind: 'assign', map, ...(key ? { key } : {}), value: this.#expression() };
  }

  #expression(): Expression {
    const token = this.#next();
    if (token === '-') {
      const operand = this.#expression();
      if (operand.kind !== 'integer') throw new NotSimple('negation');
      return { kind: 'integer', value: -operand.value };
    }
    if (token === '(') return this.#parenthesized();
    if (token.startsWith('"')) return { kind: 'string', bytes: bytesOfLiteral(token.slice(1, -1)) };
    if (/^\d/.test(token)) return { kind: 'integer', value: BigInt(token) };
    if (token === 'true' || token === 'false') return { kind: 'bool', value: token === 'true' };
    if (token.startsWith('@')) return this.#mapReference(token);
    if (!/^\w+$/.test(token) || this.#peek() !== '(') throw new NotSimple(token);
    this.#next();
    return { kind: 'call', name: token, args: this.#list(')') };
  }

  #mapReference(name: string): Expression {
    if (this.#peek() !== '[') return { kind: 'map', name };
    this.#next();
    const keys = this.#list(']');
    return { kind: 'map', name, key: keys.length === 1 ? keys[0]! : { kind: 'tuple', elements: keys } };
  }

  /** A cast, a tuple or a record. */
  #parenthesized(): Expression {
    if (CAST_TYPE.test(this.#peek())) {
      let type = this.#next();
      for (let token = this.#next(); token !== ')'; token = this.#next()) type += token;
      return { kind: 'cast', type, of: this.#expression() };
    }
    if (this.#tokens[this.#at + 1] === '=') return this.#record();
    const elements = this.#list(')');
    if (elements.length < 2) throw new NotSimple('parentheses');
    return { kind: 'tuple', elements };
  }

  #record(): Expression {
    const fields: (readonly [string, Expression])[] = [];
    for (;;) {
      const name = this.#next();
      this.#expect('=');
      fields.push([name, this.#expression()]);
      if (this.#next() === ')') return { kind: 'record', fields };
    }
  }

  #list(close: string): Expression[] {
    const items: Expression[] = [];
    while (this.#peek() !== close) {
      items.push(this.#expression());
      if (this.#peek() === ',') this.#next();
      else if (this.#peek() !== close) throw new NotSimple(this.#peek());
    }
    this.#next();
    return items;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #next(): string {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new NotSimple(`wanted ${token}`);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

function bytesOfLiteral(text: string): Uint8Array {
  const parts = text.match(/\\x[0-9a-f]{2}|\\.|[^\\]+/gs) ?? [];
  const utf8 = new TextEncoder();
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (part.startsWith('\\x')) return [Number.parseInt(part.slice(2), 16)];
      return [...utf8.encode(part.startsWith('\\') ? ESCAPES[part[1]!]! : part)];
    }),
  );
}
