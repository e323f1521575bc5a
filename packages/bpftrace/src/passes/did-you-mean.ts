import { nearest } from '../diagnostics/index.ts';

/** `did you mean a, b or c?`; undefined where nothing is near. Of one letter, every other letter would be near. */
export function didYouMean(name: string, candidates: Iterable<string>): { readonly hint: string } | undefined {
  if (name.replace(/^[$@]/, '').length < 2) return undefined;
  return orHint(nearest(name, candidates, 3));
}

/** The same for candidates that were found otherwise. */
export function orHint(candidates: readonly string[]): { readonly hint: string } | undefined {
  if (candidates.length === 0) return undefined;
  const others = candidates.slice(0, -1).join(', ');
  return { hint: `did you mean ${others === '' ? '' : `${others} or `}${candidates.at(-1)}?` };
}
