import { InvalidArgumentError } from 'commander';

/** A whole number of at least 0. */
export function integer(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `5s`, `2m`, `1h`, or seconds without a unit; gives milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const ms = match ? Number(match[1]) * MILLISECONDS[match[2] ?? 's']! : 0;
  if (!(ms > 0) || ms > 2 ** 31 - 1) throw new InvalidArgumentError('expected a time such as 500ms, 5s or 2m');
  return ms;
}

const BYTES: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `65536`, `64K`, `4M`: a power of two, at least a page. */
export function byteSize(text: string): number {
  const match = /^(\d+)([kmg]?)(?:i?b)?$/i.exec(text);
  const bytes = match ? Number(match[1]) * BYTES[match[2]!.toLowerCase()]! : 0;
  if (bytes < 4096 || bytes > 2 ** 30 || !Number.isInteger(Math.log2(bytes))) {
    throw new InvalidArgumentError('expected a power of two from 4K to 1G');
  }
  return bytes;
}
