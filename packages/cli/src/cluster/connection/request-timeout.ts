import { InvalidArgumentError } from 'commander';

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PARTS = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** kubectl's `--request-timeout`: `1m30s`, or seconds without a unit; 0 is no limit. Gives milliseconds. */
export function requestTimeout(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text))
    throw new InvalidArgumentError('expected a time such as 10s or 2m, or 0 for no limit');
  return [...text.matchAll(PARTS)].reduce((sum, [, number, unit]) => sum + Number(number) * MILLISECONDS[unit!]!, 0);
}
