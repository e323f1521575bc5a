import type { Diagnostic, Diagnostics } from '../diagnostics/diagnostic.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Span } from '../source/span.ts';
import type { Block, ErrorNode, Expression, Name } from './ast.ts';
import { providers } from './known-names.ts';
import { describeToken, type Token, type TokenKind } from './token.ts';
import { TokenStream } from './token-stream.ts';

/** The productions that others reach in a circle; `parser.ts` ties the knot. */
export interface Grammar {
  /** With `first`, goes on behind that primary expression. */
  expression(p: ParserState, first?: Expression): Expression;
  /** A unary expression: what a cast applies to. */
  operand(p: ParserState): Expression;
  /** With `value`, a last expression without a semicolon becomes the block's value. */
  block(p: ParserState, value: boolean): Block;
}

type More = Pick<Diagnostic, 'hint' | 'related'>;

/** How deep constructs may nest: bounds the stack of the parser. */
const maximumNesting = 200;

/** How long chains such as `a + b + c` or `else if` may become: bounds the height of the tree for the passes behind. */
const maximumChain = 1000;

/**
 * What all parse functions share: the tokens, the diagnostics, and the rules of recovery.
 *
 * After an error the parser is *panicking*: it reports nothing until a loop over statements, list elements or items has
 * skipped to a place where it can go on. So each mistake is told once.
 */
export class ParserState {
  readonly source: SourceText;
  readonly grammar: Grammar;
  readonly tokens: TokenStream;
  /** Parameters of the macro that is being parsed: in parentheses they are values, not types. */
  macroParams: ReadonlySet<string> = new Set();
  readonly #diagnostics: Diagnostics;
  #panicking = false;
  #nesting = 0;
  #chain = 0;

  constructor(source: SourceText, diagnostics: Diagnostics, grammar: Grammar) {
    this.source = source;
    this.grammar = grammar;
    this.#diagnostics = diagnostics;
    this.tokens = new TokenStream(source, diagnostics);
  }

  // Tokens -------------------------------------------------------------------------------------------------------------

  get token(): Token {
    return this.tokens.peek();
  }

  peek(ahead: number): Token {
    return this.tokens.peek(ahead);
  }

  next(): Token {
    return this.tokens.next();
  }

  at(kind: TokenKind): boolean {
    return this.token.kind === kind;
  }

  atWord(word: string): boolean {
    return this.token.kind === 'identifier' && this.token.text === word;
  }

  accept(kind: TokenKind): Token | undefined {
    return this.at(kind) ? this.next() : undefined;
  }

  acceptWord(word: string): Token | undefined {
    return this.atWord(word) ? this.next() : undefined;
  }

  /** Consumes a token that must stand here; `where` completes "expected ';' …". */
  expect(kind: TokenKind, where: string, more: More = {}): Token | undefined {
    const token = this.accept(kind);
    if (!token) this.unexpected(`'${kind}' ${where}`, more);
    return token;
  }

  expectName(what: string): Name {
    const token = this.accept('identifier');
    if (token) return { text: token.text, span: token.span };
    this.unexpected(what);
    return { text: '', span: this.here };
  }

  /** Where something is missing: right behind the last token. */
  get here(): Span {
    return { start: this.tokens.previousEnd, end: this.tokens.previousEnd };
  }

  /** From `start` to the end of the last token. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.tokens.previousEnd) };
  }

  // Errors -------------------------------------------------------------------------------------------------------------

  get panicking(): boolean {
    return this.#panicking;
  }

  /** Reports a mistake after which the parser must find its way again. */
  error(code: string, span: Span, message: string, more: More = {}): void {
    if (!this.#panicking) this.#diagnostics.error(code, span, message, more);
    this.#panicking = true;
  }

  /** Reports a mistake that leaves the parser on its way. */
  complain(code: string, span: Span, message: string, more: More = {}): void {
    if (!this.#panicking) this.#diagnostics.error(code, span, message, more);
  }

  /** The current token is not what the grammar wants. */
  unexpected(wanted: string, related: More = {}): void {
    const more = this.at('=') ? { hint: "compare with '=='", ...related } : related;
    this.error(
      'syntax',
      this.at('end') ? this.here : this.token.span,
      `expected ${wanted}, found ${describeToken(this.token)}`,
      more,
    );
  }

  errorNode(start: number): ErrorNode {
    return { kind: 'error', span: this.spanFrom(start) };
  }

  // Recovery -----------------------------------------------------------------------------------------------------------

  /** The way is found: mistakes from here on are reported again. */
  recovered(): void {
    this.#panicking = false;
  }

  /**
   * Skips to the next token of a kind in `stops` outside all brackets that open on the way, or to a place that ends any
   * construct: `;`, a `}` that closes none of them, the start of a probe, the end.
   */
  skipTo(...stops: readonly TokenKind[]): void {
    let brackets = 0;
    let braces = 0;
    for (;;) {
      const { kind } = this.token;
      if (kind === 'end' || kind === 'preprocessor' || this.startsProbeLine()) return;
      if (braces === 0 && (kind === ';' || kind === '}')) return;
      if (braces === 0 && brackets === 0 && stops.includes(kind)) return;
      if (kind === '{') braces += 1;
      else if (kind === '}') braces -= 1;
      else if (braces === 0 && (kind === '(' || kind === '[')) brackets += 1;
      else if (braces === 0 && (kind === ')' || kind === ']')) brackets = Math.max(0, brackets - 1);
      this.next();
      if (kind === '}' && braces === 0 && this.token.startsLine) return;
    }
  }

  /** Whether a probe seems to start here, where a statement should. */
  startsProbe(): boolean {
    const { kind, text, span } = this.token;
    if (kind !== 'identifier' || !providers.has(text.toLowerCase())) return false;
    const next = this.peek(1);
    if (next.kind === ':') return next.span.start === span.end;
    return next.kind === '{' && /^(?:begin|end)$/i.test(text);
  }

  startsProbeLine(): boolean {
    return this.token.startsLine && this.startsProbe();
  }

  // Limits -------------------------------------------------------------------------------------------------------------

  /**
   * Runs a parse function one level deeper. Beyond the limit it says so, skips the rest of the construct and returns
   * `undefined`.
   */
  nested<T>(parse: () => T): T | undefined {
    if (this.#nesting >= maximumNesting) {
      this.tooDeep();
      this.skipTo();
      return undefined;
    }
    const outer = this.#chain;
    this.#chain = 0;
    this.#nesting += 1;
    const result = parse();
    this.#nesting -= 1;
    this.#chain = Math.max(outer, this.#chain);
    return result;
  }

  /** Counts one link of a chain that the parser builds in a loop. False: the chain is too long, which has been said. */
  link(): boolean {
    this.#chain += 1;
    if (this.#chain <= maximumChain) return true;
    this.tooDeep();
    return false;
  }

  private tooDeep(): void {
    this.error('nesting-too-deep', this.token.span, 'nesting too deep', {
      hint: `at most ${maximumNesting} levels, and ${maximumChain} operators in a row; use variables for parts`,
    });
  }
}
