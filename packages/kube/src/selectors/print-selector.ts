import type { LabelRequirement, LabelSelector } from './label-selector.ts';

/** The text of a selector, as `parseLabelSelector` reads it. */
export function printSelector(selector: LabelSelector): string {
  return selector.map(printRequirement).join(',');
}

function printRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      // A lone empty value needs its comma: "()" is refused.
      return `${key} ${operator} (${values.length === 1 && values[0] === '' ? ',' : values.join(',')})`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}
