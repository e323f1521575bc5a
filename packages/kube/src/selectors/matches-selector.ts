import type { LabelRequirement, LabelSelector } from './label-selector.ts';
import { isInt64 } from './parse-label-selector.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whether labels meet every requirement. As in Kubernetes, `!=` and `notin` are also met by what has no such label. */
export function matchesSelector(selector: LabelSelector, labels: Labels = {}): boolean {
  return selector.every((requirement) => matches(requirement, labels));
}

function matches({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case '>':
      return value !== undefined && isInt64(value) && BigInt(value) > BigInt(values[0]!);
    case '<':
      return value !== undefined && isInt64(value) && BigInt(value) < BigInt(values[0]!);
  }
}
