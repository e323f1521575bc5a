/** Whether a name matches a pattern of `*` (any characters) and `?` (one character), as a predicate. */
export function globMatcher(pattern: string): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => name === pattern;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const regExp = new RegExp(`^${source}$`, 's');
  return (name) => regExp.test(name);
}
