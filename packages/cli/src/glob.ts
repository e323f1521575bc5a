/** Whether a name matches a pattern of `*` (any text) and `?` (one character), without regard to case. */
export function matchesGlob(name: string, pattern: string): boolean {
  const source = [...pattern]
    .map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/[\\^$.|+()[\]{}]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 'is').test(name);
}
