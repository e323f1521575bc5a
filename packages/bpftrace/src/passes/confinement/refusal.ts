import type { Diagnostics } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../source/span.ts';

/** Why a confined script may not say something: one rule of confinement. */
export interface Refusal {
  /** `confined-…`: names the rule. */
  readonly code: string;
  /** What it would reach; `%` stands for what the script wrote. */
  readonly message: string;
  /** What to do instead. */
  readonly hint: string;
}

/** Collects refusals; what has been refused is not refused again, for another reason, as a part of something larger. */
export class Refusals {
  readonly #diagnostics: Diagnostics;
  readonly #spans: Span[] = [];

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  refuse({ code, message, hint }: Refusal, span: Span, written: string): void {
    if (this.#spans.some((one) => one.start < span.end && span.start < one.end)) return;
    this.#spans.push(span);
    this.#diagnostics.error(code, span, message.replaceAll('%', written), { hint });
  }
}
