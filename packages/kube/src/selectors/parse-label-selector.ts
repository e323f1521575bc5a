import type { LabelOperator, LabelRequirement, LabelSelector, TextProblem } from './label-selector.ts';
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts';
import { type SelectorToken, scanLabelSelector } from './scan-label-selector.ts';

/** Exactly one of the two. */
export type ParsedSelector =
  | { readonly selector: LabelSelector; readonly problem?: undefined }
  | { readonly selector?: undefined; readonly problem: TextProblem };

/**
 * Reads a label selector as `kubectl -l` and the API server do (k8s.io/apimachinery/pkg/labels):
 *
 * ```
 * selector    = [ requirement { "," requirement } ]
 * requirement = KEY | "!" KEY | KEY ( "=" | "==" | "!=" ) [ VALUE ] | KEY ( ">" | "<" ) INTEGER | KEY ( "in" | "notin" ) values
 * values      = "(" [ VALUE ] { "," [ VALUE ] } ")"
 * ```
 *
 * Blanks may stand between any two words. `in` and `notin` are words like others where no operator can stand.
 */
export function parseLabelSelector(text: string): ParsedSelector {
  try {
    return { selector: new Parser(text).selector() };
  } catch (error) {
    if (error instanceof Misread) return { problem: error.problem };
    throw error;
  }
}

/** Leaves the parser from any depth; goes no further than this file. */
class Misread extends Error {
  readonly problem: TextProblem;

  constructor(problem: TextProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

const BINARY = ['=', '==', '!=', '>', '<', 'in', 'notin'] as const satisfies readonly LabelOperator[];
type BinaryOperator = (typeof BINARY)[number];
const INTEGER = /^[0-9]+$/;
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;

class Parser {
  readonly #tokens: readonly SelectorToken[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = scanLabelSelector(text);
  }

  /** `selector = [ requirement { "," requirement } ]` */
  selector(): LabelSelector {
    const requirements: LabelRequirement[] = [];
    if (this.#next.kind === 'end') return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      const token = this.#take();
      if (token.kind === 'end') return requirements;
      if (token.kind !== ',') fail(token, `found ${shown(token)}, expected "," or the end`);
    }
  }

  get #next(): SelectorToken {
    return this.#tokens[this.#at]!;
  }

  #take(): SelectorToken {
    const token = this.#next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** `requirement = KEY | "!" KEY | KEY operator value` */
  #requirement(): LabelRequirement {
    if (this.#next.kind === '!') {
      this.#take();
      return { key: this.#key(), operator: '!', values: [] };
    }
    const key = this.#key();
    if (this.#next.kind === 'end' || this.#next.kind === ',') return { key, operator: 'exists', values: [] };
    const operator = this.#operator();
    if (operator === 'in' || operator === 'notin') return { key, operator, values: this.#values() };
    return { key, operator, values: [this.#value(operator)] };
  }

  #key(): string {
    const token = this.#take();
    if (token.kind !== 'word') fail(token, `found ${shown(token)}, expected a label key`);
    check(token, labelKeyProblem(token.text));
    return token.text;
  }

  #operator(): BinaryOperator {
    const token = this.#take();
    const found = BINARY.find((operator) => operator === token.text);
    if (found === undefined) fail(token, `found ${shown(token)}, expected one of ${BINARY.join(' ')}`);
    return found;
  }

  /** `[ VALUE ]`, or an integer */
  #value(operator: BinaryOperator): string {
    const token = this.#next;
    const isMissing = token.kind === 'end' || token.kind === ',';
    if (!isMissing) this.#take();
    if (!isMissing && token.kind !== 'word') fail(token, `found ${shown(token)}, expected a label value`);
    const value = isMissing ? '' : token.text;
    check(token, labelValueProblem(value));
    if ((operator === '>' || operator === '<') && !isInt64(value))
      fail(token, `"${operator}" compares with an integer, not with "${value}"`);
    return value;
  }

  /** `values = "(" [ VALUE ] { "," [ VALUE ] } ")"` */
  #values(): readonly string[] {
    const open = this.#take();
    if (open.kind !== '(') fail(open, `found ${shown(open)}, expected "("`);
    if (this.#next.kind === ')') fail(this.#next, 'a list of values cannot be empty');
    const values = new Set<string>();
    for (;;) {
      const token = this.#next;
      if (token.kind === 'word') {
        check(token, labelValueProblem(token.text));
        this.#take();
      }
      values.add(token.kind === 'word' ? token.text : '');
      const end = this.#take();
      if (end.kind === ')') return [...values].sort();
      if (end.kind !== ',') fail(end, `found ${shown(end)}, expected "," or ")"`);
    }
  }
}

function shown({ kind, text }: SelectorToken): string {
  return kind === 'end' ? 'the end' : `"${text}"`;
}

function check(token: SelectorToken, message: string | undefined): void {
  if (message !== undefined) fail(token, message);
}

function fail({ offset, text }: SelectorToken, message: string): never {
  throw new Misread({ message, offset, length: text.length });
}

/** Go's `strconv.ParseInt(value, 10, 64)` of what can be a label value, which has no sign. */
export function isInt64(value: string): boolean {
  return INTEGER.test(value) && BigInt(value) <= MAX_INT64;
}
