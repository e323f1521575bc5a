import type { Span } from '../source/span.ts';
import type { ParserState } from './parser-state.ts';
import type { Punctuator } from './token.ts';

export interface ListOptions {
  /** A comma may stand before the closing token. */
  readonly trailingComma?: boolean;
  /** The first element has begun already, so the list is not empty. */
  readonly begun?: boolean;
  /** The opening token, to point at where the closing one is missing. */
  readonly open?: Span;
}

/**
 * `(element (',' element)*)? close`, the closing token consumed; `where` completes "expected ')' …". A mistake in one
 * element leaves the others: the parser goes on behind the next comma.
 */
export function parseList<T>(
  p: ParserState,
  close: Punctuator,
  where: string,
  element: () => T,
  { trailingComma = false, begun = false, open }: ListOptions = {},
): { readonly elements: T[]; readonly trailingComma: boolean } {
  const elements: T[] = [];
  if (!begun && p.accept(close)) return { elements, trailingComma: false };
  for (;;) {
    elements.push(element());
    recover(p, close);
    if (p.accept(',')) {
      if (!trailingComma || !p.accept(close)) continue;
      return { elements, trailingComma: true };
    }
    p.expect(close, where, open && { related: [{ span: open, message: 'opened here' }] });
    return { elements, trailingComma: false };
  }
}

function recover(p: ParserState, close: Punctuator): void {
  if (!p.panicking) return;
  p.skipTo(',', close);
  if (p.at(',') || p.at(close)) p.recovered();
}
