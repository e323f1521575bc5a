import type { Span } from '../source/span.ts';

export type Severity = 'error' | 'warning';

/** What the compiler says about a script. */
export interface Diagnostic {
  /** Stable and searchable, such as `unknown-variable`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong, the value, what was wanted. No full stop. */
  readonly message: string;
  readonly span: Span;
  /** What to do about it. */
  readonly hint?: string;
  /** Other places that matter, such as an earlier definition. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
}

/** Collects the diagnostics of a compilation, in the order in which they are found. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];

  error(code: string, span: Span, message: string, more: Pick<Diagnostic, 'hint' | 'related'> = {}): void {
    this.#list.push({ code, severity: 'error', message, span, ...more });
  }

  warning(code: string, span: Span, message: string, more: Pick<Diagnostic, 'hint' | 'related'> = {}): void {
    this.#list.push({ code, severity: 'warning', message, span, ...more });
  }

  get hasErrors(): boolean {
    return this.#list.some((diagnostic) => diagnostic.severity === 'error');
  }

  /** In source order; the same complaint about the same place is said once. */
  list(): Diagnostic[] {
    const seen = new Set<string>();
    return this.#list
      .filter((d) => {
        const key = `${d.code} ${d.span.start} ${d.message}`;
        if (seen.has(key)) return false;
        seen.add(key);
        return true;
      })
      .sort((a, b) => a.span.start - b.span.start);
  }
}
