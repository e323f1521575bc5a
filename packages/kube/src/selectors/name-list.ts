/** Names to take and names to leave, as `a,b` or `!c`. */
export interface NameList {
  /** Empty: all but the excluded ones. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Reads `a,!b` or its parts, each of which may be such a list. Blanks around names and empty parts do not count. */
export function parseNameList(list: string | readonly string[]): NameList {
  const include = new Set<string>();
  const exclude = new Set<string>();
  const parts = (typeof list === 'string' ? [list] : list).flatMap((part) => part.split(','));
  for (const part of parts.map((text) => text.trim())) {
    const name = part.replace(/^!\s*/, '');
    if (name !== '') (part.startsWith('!') ? exclude : include).add(name);
  }
  return { include: [...include], exclude: [...exclude] };
}

/** Whether a list takes a name. What is both named and excluded is left. */
export function matchesNames({ include, exclude }: NameList, name: string): boolean {
  return (include.length === 0 || include.includes(name)) && !exclude.includes(name);
}
