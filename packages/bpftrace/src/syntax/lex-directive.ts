/**
 * The end of a preprocessor directive that starts at `start` with `#`: its line and those that a `\` at the end of a
 * line adds, without trailing blanks and without a trailing `//` comment.
 */
export function endOfDirective(text: string, start: number): number {
  let at = start;
  for (let char = text[at]; char !== undefined; char = text[at]) {
    if (char === '\n' && !/\\\r?$/.test(text.slice(Math.max(start, at - 2), at))) break;
    if (char === '/' && text[at + 1] === '/') break;
    if (char === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2);
      if (close < 0) break;
      at = close + 2;
    } else at = char === '"' ? endOfQuote(text, at) : at + 1;
  }
  return start + text.slice(start, at).trimEnd().length;
}

function endOfQuote(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"' && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return text[at] === '"' ? at + 1 : Math.min(at, text.length);
}

const opens = /^\s*#\s*if(?:n?def)?\b/;
const closes = /^\s*#\s*endif\b/;
const switches = /^\s*#\s*(?:else|elif)\b/;

/** The start of the line that ends a region which a condition switches off, from `start` on; the text's end if none. */
export function skipInactiveLines(text: string, start: number): number {
  let depth = 0;
  for (let at = endOfLine(text, start) + 1; at < text.length; at = endOfLine(text, at) + 1) {
    const line = text.slice(at, endOfLine(text, at));
    if (opens.test(line)) depth += 1;
    else if (depth === 0 && (closes.test(line) || switches.test(line))) return at;
    else if (closes.test(line)) depth -= 1;
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
