/** Up to `limit` of the candidates that a misspelt name may have meant, the closest first. */
export function nearestNames(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const wanted = name.toLowerCase();
  const allowed = Math.floor(wanted.replace(/^[$@]/, '').length / 3);
  const found: { readonly name: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > allowed) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), allowed);
    if (distance <= allowed) found.push({ name: candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return [...new Set(found.map((one) => one.name))].slice(0, limit);
}

/** `did you mean a, b or c?`; undefined where nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): { readonly hint: string } | undefined {
  const names = nearestNames(name, candidates);
  if (names.length === 0) return undefined;
  const last = names.pop();
  return { hint: `did you mean ${names.length > 0 ? `${names.join(', ')} or ` : ''}${last}?` };
}

/** Levenshtein's distance, two neighbours swapped counting as one; more than `limit` where it surely is. */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substituted = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(substituted, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
