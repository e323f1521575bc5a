/**
 * The numbering of histogram buckets, shared by the code generator and the formatters.
 *
 * hist with `bits` = k: bucket 0 holds negative values; 1 .. 2^k hold 0 .. 2^k - 1, one value each; behind them each power of
 * two is split into 2^k buckets: value n >= 2^k with highest set bit m is in bucket ((m - k + 1) << k) + ((n >> (m - k)) & (2^k - 1)) + 1.
 * lhist: bucket 0 is below `min`, then one a step, then one for `max` and above.
 */

/** How many buckets `hist(n, bits)` has. Values are signed 64-bit: the highest bit is 62. */
export function histBucketCount(bits: number): number {
  return ((64 - bits) << bits) + 1;
}

/** The bucket of a signed 64-bit value. */
export function histBucketOf(value: bigint, bits: number): number {
  if (value < 0n) return 0;
  const k = BigInt(bits);
  if (value < 1n << k) return Number(value) + 1;
  const m = BigInt(value.toString(2).length - 1);
  return Number(((m - k + 1n) << k) + ((value >> (m - k)) & ((1n << k) - 1n)) + 1n);
}

/** First value of the bucket and first one behind it; the lower bound of bucket 0 is undefined. */
export function histBucketRange(bucket: number, bits: number): { readonly low?: bigint; readonly high: bigint } {
  if (bucket === 0) return { high: 0n };
  const index = bucket - 1;
  const subBuckets = 1 << bits;
  if (index < subBuckets) return { low: BigInt(index), high: BigInt(index + 1) };
  const shift = BigInt((index >> bits) - 1);
  const low = BigInt(subBuckets + (index & (subBuckets - 1))) << shift;
  return { low, high: low + (1n << shift) };
}

/** How many buckets a linear histogram has: those of its range, and two for what lies outside. */
export function lhistBucketCount(min: bigint, max: bigint, step: bigint): number {
  return Number((max - min) / step) + 2;
}

/** The bucket of a signed 64-bit value. */
export function lhistBucketOf(value: bigint, min: bigint, max: bigint, step: bigint): number {
  if (value < min) return 0;
  if (value >= max) return lhistBucketCount(min, max, step) - 1;
  return 1 + Number((value - min) / step);
}
