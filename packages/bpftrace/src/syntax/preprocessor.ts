import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { SourceText } from '../source/source-text.ts';
import type { Span } from '../source/span.ts';
import { evaluateCondition } from './evaluate-condition.ts';
import { Lexer } from './lexer.ts';
import type { Token } from './token.ts';

/** What the compiler defines itself: scripts ask for it to leave out headers where the kernel describes its types. */
const predefined = ['BPFTRACE_HAVE_BTF'];

interface Condition {
  readonly span: Span;
  /** Whether one of its branches was switched on. */
  taken: boolean;
  sawElse: boolean;
}

/**
 * The state of the C preprocessor as far as scripts need it: macros without parameters and conditions. Headers are not
 * read: kernel types come from BTF.
 */
export class Preprocessor {
  readonly #diagnostics: Diagnostics;
  readonly #macros = new Map<string, readonly Token[]>(predefined.map((name) => [name, []]));
  readonly #conditions: Condition[] = [];

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  /** The tokens that stand for a name, undefined where it is no macro. */
  macro(name: string): readonly Token[] | undefined {
    return this.#macros.get(name);
  }

  /** Obeys a directive. False: the lines behind it are switched off. */
  directive(token: Token): boolean {
    const [, name = '', rest = ''] = /^#\s*(\w*)(.*)$/s.exec(token.text) ?? [];
    const restOffset = token.span.start + token.text.length - rest.length;
    switch (name) {
      case 'define':
        this.#define(rest, restOffset, token.span);
        return true;
      case 'undef':
        this.#macros.delete(rest.trim());
        return true;
      case 'ifdef':
        return this.#open(token.span, this.#macros.has(rest.trim()));
      case 'ifndef':
        return this.#open(token.span, !this.#macros.has(rest.trim()));
      case 'if':
        return this.#open(token.span, this.#holds(rest, restOffset, token.span));
      case 'elif':
      case 'else':
        return this.#otherwise(token.span, name === 'else' || this.#holds(rest, restOffset, token.span), name);
      case 'endif':
        if (!this.#conditions.pop()) this.#unmatched(token.span, name);
        return true;
      case 'include':
      case 'pragma':
        return true;
      default:
        this.#diagnostics.error('unknown-directive', token.span, `unknown preprocessor directive '#${name}'`);
        return true;
    }
  }

  /** Says what is still open at the end of the script. */
  finish(): void {
    for (const condition of this.#conditions) {
      this.#diagnostics.error('unterminated-condition', condition.span, 'preprocessor condition has no #endif');
    }
  }

  #define(rest: string, offset: number, span: Span): void {
    const match = /^\s+([A-Za-z_]\w*)(\()?/.exec(rest);
    if (!match) {
      this.#diagnostics.error('invalid-define', span, '#define needs a name', { hint: 'write #define NAME value' });
    } else if (!match[2]) {
      // Macros with parameters stay unknown, as in bpftrace: a use of one is a call of an unknown function.
      this.#macros.set(match[1]!, this.#tokens(rest.slice(match[0].length), offset + match[0].length));
    }
  }

  #open(span: Span, holds: boolean): boolean {
    this.#conditions.push({ span, taken: holds, sawElse: false });
    return holds;
  }

  #otherwise(span: Span, holds: boolean, name: string): boolean {
    const condition = this.#conditions.at(-1);
    if (!condition || condition.sawElse) {
      this.#unmatched(span, name);
      return true;
    }
    const active = !condition.taken && holds;
    condition.taken ||= active;
    condition.sawElse = name === 'else';
    return active;
  }

  #unmatched(span: Span, name: string): void {
    this.#diagnostics.error('unmatched-directive', span, `#${name} without #if`);
  }

  #holds(rest: string, offset: number, span: Span): boolean {
    const value = evaluateCondition(this.#tokens(rest, offset), (name) => this.#macros.get(name));
    if (value !== undefined) return value !== 0n;
    this.#diagnostics.error('invalid-condition', span, 'cannot evaluate preprocessor condition', {
      hint: 'conditions are made of integers, macros, defined(NAME) and operators',
    });
    return false;
  }

  /** Cuts a part of a directive into tokens; line continuations are blanks. Spans are those of the script. */
  #tokens(text: string, offset: number): Token[] {
    const found = new Diagnostics();
    const flat = text
      .replace(/\\\r?\n/g, (gap) => ' '.repeat(gap.length))
      .replace(/^\s*#/, (hash) => ' '.repeat(hash.length));
    const lexer = new Lexer(new SourceText('', flat), found);
    const tokens: Token[] = [];
    for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) tokens.push(shift(token, offset));
    for (const { code, message, hint, span } of found.list()) {
      this.#diagnostics.error(code, shifted(span, offset), message, hint === undefined ? {} : { hint });
    }
    return tokens;
  }
}

function shift(token: Token, offset: number): Token {
  return { ...token, span: shifted(token.span, offset) };
}

function shifted(span: Span, offset: number): Span {
  return { start: span.start + offset, end: span.end + offset };
}
