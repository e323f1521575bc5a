/**
 * A copy of a tree (or a part of one) whose spans are all 0..0 and where a script has no comments: what is left is what
 * the script means, to compare with. For tests.
 */
export function withoutSpans<T>(node: T): T {
  return strip(node) as T;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => {
    if (key === 'span') return [key, { start: 0, end: 0 }];
    return key === 'comments' ? [key, []] : [key, strip(part)];
  });
  return Object.fromEntries(entries);
}
