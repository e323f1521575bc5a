/** Whether a name of a probe is a pattern: `*`, `?` and `[…]` match as in a shell. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/** The pattern as a predicate on whole names. */
export function globMatcher(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[!?[^\]]*\]|[*?]|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length > 1) return part.replace('[!', '[^');
    return `\\${part}`;
  });
  let expression: RegExp;
  try {
    expression = new RegExp(`^${source}$`, 's');
  } catch {
    return (name) => name === pattern;
  }
  return (name) => expression.test(name);
}
