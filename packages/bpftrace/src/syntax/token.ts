import type { Span } from '../source/span.ts';

/** Longest first, so that the first match wins. */
export const punctuators = [
  '<<=',
  '>>=',
  '++',
  '--',
  '->',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '..',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ';',
  ':',
  '?',
  '.',
  '=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>',
  '&',
  '|',
  '^',
  '!',
  '~',
] as const;

export type Punctuator = (typeof punctuators)[number];

interface Base {
  readonly span: Span;
  /** As written in the source, or in the `#define` that it comes from. */
  readonly text: string;
  /** Whether only blanks and comments stand before it on its line. */
  readonly startsLine: boolean;
}

export interface PlainToken extends Base {
  /**
   * `variable` is `$x`, `map` is `@x` or `@`, `positional-count` is `$#`, `preprocessor` is a whole directive with its
   * continuation lines (and, where its condition does not hold, all lines that it switches off), `end` is the end of
   * the source. Keywords are identifiers: only the parser knows where a word is one.
   */
  readonly kind: Punctuator | 'identifier' | 'variable' | 'map' | 'positional-count' | 'preprocessor' | 'end';
}

export interface IntegerToken extends Base {
  readonly kind: 'integer';
  /** 0..2^64-1, suffixes applied. */
  readonly value: bigint;
  readonly unsigned: boolean;
}

export interface StringToken extends Base {
  readonly kind: 'string';
  /** Escapes resolved, see `string-bytes.ts`. */
  readonly value: string;
}

export interface PositionalToken extends Base {
  readonly kind: 'positional';
  /** The N of `$N`, from 1. */
  readonly index: number;
}

export type Token = PlainToken | IntegerToken | StringToken | PositionalToken;
export type TokenKind = Token['kind'];

/** How a message names a token that stands where something else was wanted. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the script';
    case 'preprocessor':
      return 'a preprocessor line';
    case 'string':
      return 'a string';
    default:
      return `'${token.text}'`;
  }
}
