import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { AttachPoint, Name } from './ast.ts';

const provider = /[^\s{},;:/"]*/y;
const inPath = /[^\s{},;"]+/y;
const inName = /[^\s{},;"/]+/y;

/** Providers whose attach points hold paths: there a `/` is no start of a predicate. */
const withPaths = /^(?:u|ur|uprobe|uretprobe|usdt|iter|it)$/i;

/**
 * The end of an attach point that starts at `start`: at a blank, `,`, `{`, `}`, `;`, or (where no path is due) at the
 * `/` of a predicate. Quotes protect all of them.
 */
export function scanAttachPoint(text: string, start: number, diagnostics: Diagnostics): number {
  const name = match(provider, text, start);
  const pattern = withPaths.test(name) ? inPath : inName;
  let at = start + name.length;
  for (;;) {
    const quote = quotedRun(text, at);
    if (quote !== '' && !isClosed(quote)) {
      const span = { start: at, end: at + quote.length };
      diagnostics.error('unterminated-string', span, 'quoted part of a probe is not closed', {
        hint: 'add a closing "',
      });
    }
    const run = quote || match(pattern, text, at);
    if (run === '') return at;
    at += run.length;
  }
}

/** Splits the text of an attach point at its colons; `start` is its offset in the source. */
export function splitAttachPoint(text: string, start: number): AttachPoint {
  const parts: Name[] = [];
  let from = 0;
  let value = '';
  const finish = (to: number) => {
    parts.push({ text: value, span: { start: start + from, end: start + to } });
    from = to + 1;
    value = '';
  };
  for (let at = 0; at < text.length; ) {
    const quote = quotedRun(text, at);
    if (quote) {
      value += quote.slice(1, isClosed(quote) ? -1 : undefined).replace(/\\(["\\])/g, '$1');
      at += quote.length;
    } else {
      if (text[at] === ':') finish(at);
      else value += text[at];
      at += 1;
    }
  }
  finish(text.length);
  return { provider: parts[0]!, parts: parts.slice(1), text, span: { start, end: start + text.length } };
}

function isClosed(quote: string): boolean {
  return quote.length > 1 && quote.endsWith('"') && !/(?<!\\)(?:\\\\)*\\"$/.test(quote);
}

/** A quoted part with its quotes, `\"` inside it skipped; without the closing one where its line ends before it. */
function quotedRun(text: string, start: number): string {
  if (text[start] !== '"') return '';
  let at = start + 1;
  while (at < text.length && text[at] !== '"' && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return text.slice(start, text[at] === '"' ? at + 1 : Math.min(at, text.length));
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
