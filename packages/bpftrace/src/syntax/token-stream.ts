import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Span } from '../source/span.ts';
import type { Comment } from './ast.ts';
import { Lexer } from './lexer.ts';
import { Preprocessor } from './preprocessor.ts';
import type { Token } from './token.ts';

/** A macro that is being replaced: all its tokens take the place of the name that was written. */
interface Expansion {
  readonly name: string;
  readonly use: Token;
  readonly tokens: readonly Token[];
  at: number;
}

/** Bounds what `#define A B B`, `#define B C C`, … can grow to. */
const maximumExpandedTokens = 100_000;

/** The tokens of a script with look-ahead, after the preprocessor. */
export class TokenStream {
  readonly #source: SourceText;
  readonly #lexer: Lexer;
  readonly #preprocessor: Preprocessor;
  readonly #diagnostics: Diagnostics;
  readonly #expansions: Expansion[] = [];
  readonly #expanding = new Set<string>();
  #buffer: Token[] = [];
  #head = 0;
  #expanded = 0;
  #afterDot = false;
  #consumed = 0;
  #previousEnd = 0;

  constructor(source: SourceText, diagnostics: Diagnostics) {
    this.#source = source;
    this.#diagnostics = diagnostics;
    this.#lexer = new Lexer(source, diagnostics);
    this.#preprocessor = new Preprocessor(diagnostics);
  }

  get comments(): readonly Comment[] {
    return this.#lexer.comments;
  }

  /** Grows with each token that is consumed: tells whether a loop makes progress. */
  get consumed(): number {
    return this.#consumed;
  }

  /** Where the last consumed token ended. */
  get previousEnd(): number {
    return this.#previousEnd;
  }

  /** The token that comes after `ahead` others. */
  peek(ahead = 0): Token {
    while (this.#buffer.length - this.#head <= ahead) this.#buffer.push(this.#pull());
    return this.#buffer[this.#head + ahead]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind === 'end') return token;
    this.#head += 1;
    this.#consumed += 1;
    this.#previousEnd = token.span.end;
    if (this.#head >= 256) {
      this.#buffer = this.#buffer.slice(this.#head);
      this.#head = 0;
    }
    return token;
  }

  /** Consumes the text of one attach point, under the rules of attach points. Blank where none stands here. */
  attachPoint(): { readonly start: number; readonly text: string } {
    const first = this.#buffer[this.#head];
    if (first) this.#lexer.seek(first.span.start, first.startsLine);
    this.#buffer = [];
    this.#head = 0;
    this.#dropExpansions();
    const found = this.#lexer.attachPoint();
    if (found.text !== '') {
      this.#consumed += 1;
      this.#previousEnd = found.start + found.text.length;
    }
    return found;
  }

  /** To be called at the end of the script. */
  finish(): void {
    this.#preprocessor.finish();
  }

  #pull(): Token {
    for (;;) {
      const token = this.#fromExpansion() ?? this.#lexer.next();
      if (token.kind === 'preprocessor') return this.#obey(token);
      if (!this.#afterDot && token.kind === 'identifier' && this.#expand(token)) continue;
      this.#afterDot = token.kind === '.' || token.kind === '->';
      return token;
    }
  }

  #obey(token: Token): Token {
    if (this.#preprocessor.directive(token)) return token;
    const end = Math.max(this.#lexer.skipInactive(), token.span.end);
    const span: Span = { start: token.span.start, end };
    return { kind: 'preprocessor', span, text: this.#source.slice(span).trimEnd(), startsLine: true };
  }

  #expand(token: Token): boolean {
    const tokens = this.#preprocessor.macro(token.text);
    if (!tokens || this.#expanding.has(token.text)) return false;
    this.#expanded += tokens.length;
    if (this.#expanded > maximumExpandedTokens) {
      this.#diagnostics.error('macro-too-large', token.span, `macro '${token.text}' grows beyond all bounds`, {
        hint: `all #define macros of a script together may stand for ${maximumExpandedTokens} tokens`,
      });
      return false;
    }
    const use = this.#expansions.at(-1)?.use ?? token;
    this.#expansions.push({ name: token.text, use, tokens, at: 0 });
    this.#expanding.add(token.text);
    return true;
  }

  #fromExpansion(): Token | undefined {
    for (let top = this.#expansions.at(-1); top; top = this.#expansions.at(-1)) {
      const token = top.tokens[top.at++];
      if (token) return { ...token, span: top.use.span, startsLine: false };
      this.#expansions.pop();
      this.#expanding.delete(top.name);
    }
    return undefined;
  }

  #dropExpansions(): void {
    this.#expansions.length = 0;
    this.#expanding.clear();
    this.#afterDot = false;
  }
}
