/**
 * The candidates that a mistyped name most likely meant, nearest first, at most `limit`: those within a third of its
 * length in edits (insert, delete, replace a character, swap two neighbours), case counting little. Of equally near
 * ones, those of its own length come first.
 */
export function nearest(name: string, candidates: Iterable<string>, limit: number): string[] {
  const bound = Math.max(1, Math.floor(name.length / 3));
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    if (candidate === name || Math.abs(candidate.length - name.length) > bound) continue;
    const distance = editDistance(name, candidate, bound);
    if (distance <= bound) found.push({ candidate, distance });
  }
  const excess = (candidate: string) => Math.abs(candidate.length - name.length);
  found.sort((a, b) => a.distance - b.distance || excess(a.candidate) - excess(b.candidate));
  return found.slice(0, limit).map(({ candidate }) => candidate);
}

/** Letters that differ in case only. */
const caseCost = 0.25;

/** Optimal string alignment distance; may stop early with any number above `bound`. */
export function editDistance(a: string, b: string, bound = Number.POSITIVE_INFINITY): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = last[column - 1]! + replaceCost(a[row - 1]!, b[column - 1]!);
      let cost = Math.min(replaced, last[column]! + 1, current[column - 1]! + 1);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped && row > 1 && column > 1) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    if (Math.min(...current) > bound) return Number.POSITIVE_INFINITY;
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}

function replaceCost(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? caseCost : 1;
}
