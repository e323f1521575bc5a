import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Comment } from './ast.ts';
import { scanAttachPoint } from './lex-attach-point.ts';
import { endOfDirective, skipInactiveLines } from './lex-directive.ts';
import { scanInteger } from './lex-number.ts';
import { scanString } from './lex-string.ts';
import { type Punctuator, punctuators, type Token } from './token.ts';

const blanks = /[ \t\r\v\f\ufeff\u00a0]+/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const digits = /[0-9]+/y;
const characterLiteral = /'(?:\\[^\n]|[^'\\\n])'?/y;

/** What no token starts with: skipped as one run, so that a damaged file gives one diagnostic a place. */
const strange = /[^\sA-Za-z0-9_$@"'#()[\]{},;:?.=+\-*/%<>&|^!~]+|[$#']/y;

const byFirstCharacter = new Map<string, Punctuator[]>();
for (const text of punctuators) byFirstCharacter.set(text[0]!, [...(byFirstCharacter.get(text[0]!) ?? []), text]);

/**
 * Cuts a script into tokens, one call at a time, because the text of a probe's attach points has rules of its own and
 * only the parser knows where they stand. Never throws; each character is looked at a bounded number of times.
 */
export class Lexer {
  readonly #text: string;
  readonly #diagnostics: Diagnostics;
  readonly #comments: Comment[] = [];
  #offset = 0;
  #startsLine = true;

  constructor(source: SourceText, diagnostics: Diagnostics) {
    this.#text = source.text;
    this.#diagnostics = diagnostics;
  }

  /** All comments passed so far, in source order. */
  get comments(): readonly Comment[] {
    return this.#comments;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Goes back to (or on to) the start of a token; comments behind it will be found again. */
  seek(offset: number, startsLine: boolean): void {
    this.#offset = offset;
    this.#startsLine = startsLine;
    while (this.#comments.length > 0 && this.#comments.at(-1)!.span.start >= offset) this.#comments.pop();
  }

  /** The next token of ordinary script text. */
  next(): Token {
    for (;;) {
      this.#skipTrivia();
      const token = this.#scan();
      if (token) return token;
    }
  }

  /**
   * Passes over the lines that a preprocessor condition switches off, up to the directive that ends them (`#else`,
   * `#elif`, `#endif` of the same level), and returns where they end.
   */
  skipInactive(): number {
    const end = skipInactiveLines(this.#text, this.#offset);
    this.seek(end, true);
    return this.#text[end - 1] === '\n' ? end - 1 : end;
  }

  /** The text of one attach point, blank where none stands here. */
  attachPoint(): { readonly start: number; readonly text: string } {
    this.#skipTrivia();
    const start = this.#offset;
    this.#offset = scanAttachPoint(this.#text, start, this.#diagnostics);
    this.#startsLine = false;
    return { start, text: this.#text.slice(start, this.#offset) };
  }

  #scan(): Token | undefined {
    const start = this.#offset;
    const first = this.#text[start];
    if (first === undefined) return this.#plain('end', start);
    const name = this.#match(identifier, start);
    if (name) return this.#plain('identifier', start + name.length);
    if (first >= '0' && first <= '9') {
      const { end, ...rest } = scanInteger(this.#text, start, this.#diagnostics);
      return { kind: 'integer', ...this.#take(end), ...rest };
    }
    if (first === '"') {
      const { end, value } = scanString(this.#text, start, this.#diagnostics);
      return { kind: 'string', ...this.#take(end), value };
    }
    if (first === '@') return this.#plain('map', start + 1 + this.#match(identifier, start + 1).length);
    if (first === '$') return this.#scanDollar(start);
    if (first === '#' && this.#startsLine) {
      return this.#plain('preprocessor', endOfDirective(this.#text, start));
    }
    const punctuator = byFirstCharacter.get(first)?.find((text) => this.#text.startsWith(text, start));
    if (punctuator) return this.#plain(punctuator, start + punctuator.length);
    return this.#scanStrange(start);
  }

  #scanDollar(start: number): Token | undefined {
    const name = this.#match(identifier, start + 1);
    if (name) return this.#plain('variable', start + 1 + name.length);
    if (this.#text[start + 1] === '#') return this.#plain('positional-count', start + 2);
    const index = this.#match(digits, start + 1);
    if (!index) return this.#scanStrange(start);
    const base = this.#take(start + 1 + index.length);
    const value = Number(index);
    if (value >= 1 && value <= 0xffff) return { kind: 'positional', ...base, index: value };
    this.#diagnostics.error('invalid-positional', base.span, `no such parameter '${base.text}'`, {
      hint: 'positional parameters count from $1',
    });
    return { kind: 'positional', ...base, index: 1 };
  }

  #scanStrange(start: number): Token | undefined {
    const literal = this.#match(characterLiteral, start);
    if (literal.length > 2 && literal.endsWith("'")) {
      const code = BigInt(literal.charCodeAt(literal.length - 2));
      const base = this.#take(start + literal.length);
      this.#diagnostics.error('character-literal', base.span, `no character literals such as ${literal}`, {
        hint: `write its code, ${code}, or a string in double quotes`,
      });
      return { kind: 'integer', ...base, value: code, unsigned: false };
    }
    const end = start + Math.max(1, this.#match(strange, start).length);
    const span = { start, end };
    const shown = this.#text.slice(start, Math.min(end, start + 20));
    this.#diagnostics.error('unexpected-character', span, `unexpected '${shown}'`);
    this.#offset = end;
    return undefined;
  }

  /** Skips blanks, line breaks and comments. `#!` in the first line counts as a comment. */
  #skipTrivia(): void {
    for (;;) {
      this.#offset += this.#match(blanks, this.#offset).length;
      const first = this.#text[this.#offset];
      if (first === '\n') {
        this.#offset += 1;
        this.#startsLine = true;
      } else if (first === '/' && this.#text[this.#offset + 1] === '/') {
        this.#comment(this.#endOfLine());
      } else if (first === '/' && this.#text[this.#offset + 1] === '*') {
        this.#blockComment();
      } else if (this.#offset === 0 && this.#text.startsWith('#!')) {
        this.#comment(this.#endOfLine());
      } else {
        return;
      }
    }
  }

  #blockComment(): void {
    const start = this.#offset;
    const close = this.#text.indexOf('*/', start + 2);
    if (close < 0) {
      this.#diagnostics.error('unterminated-comment', { start, end: start + 2 }, 'comment is not closed', {
        hint: 'add */',
      });
    }
    this.#comment(close < 0 ? this.#text.length : close + 2);
  }

  #comment(end: number): void {
    const text = this.#text.slice(this.#offset, end).trimEnd();
    this.#comments.push({ text, span: { start: this.#offset, end: this.#offset + text.length } });
    this.#offset = end;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#offset);
    return end < 0 ? this.#text.length : end;
  }

  #plain(kind: Exclude<Token['kind'], 'integer' | 'string' | 'positional'>, end: number): Token {
    return { kind, ...this.#take(end) };
  }

  #take(end: number): Pick<Token, 'span' | 'text' | 'startsLine'> {
    const start = this.#offset;
    const startsLine = this.#startsLine;
    this.#offset = end;
    this.#startsLine = false;
    return { span: { start, end }, text: this.#text.slice(start, end), startsLine };
  }

  #match(pattern: RegExp, at: number): string {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }
}
