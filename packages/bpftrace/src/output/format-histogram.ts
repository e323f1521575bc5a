/**
 * Histograms as rows: what text, JSON and pages show of the buckets of `hist` and `lhist`.
 */
import { histBucketRange } from '../script/histogram-buckets.ts';
import type { AggregateType } from '../types/type.ts';
import { jsonInteger } from './json-text.ts';

export type HistogramType = Extract<AggregateType, { kind: 'hist' | 'lhist' }>;

export interface HistogramRow {
  /** First value of the bucket; absent: everything below `high`. */
  readonly low?: bigint;
  /** First value behind it; absent: everything from `low` on. */
  readonly high?: bigint;
  readonly count: bigint;
  /** `[2, 4)`, `[1K, 2K)`, `[0]`, `(..., 0)`, `[10, ...)`. */
  readonly label: string;
}

const LABEL_WIDTH = 16;
const COUNT_WIDTH = 8;
const BAR_WIDTH = 52;

/**
 * The rows from the first to the last bucket that is not empty, empty ones between them too.
 *
 * @param div what counts are divided by, rounding down (`print(@h, 0, div)`); linear histograms have no such division in bpftrace.
 */
export function histogramRows(type: HistogramType, counts: ReadonlyMap<number, bigint>, div = 1n): HistogramRow[] {
  const used = [...counts].filter(([, count]) => count > 0n).map(([bucket]) => bucket);
  if (used.length === 0) return [];
  const first = Math.min(...used);
  const divisor = type.kind === 'hist' ? div : 1n;
  return Array.from({ length: Math.max(...used) - first + 1 }, (_, index) => {
    const bucket = first + index;
    const count = (counts.get(bucket) ?? 0n) / divisor;
    return { ...(type.kind === 'hist' ? histBucket(type.bits, bucket) : lhistBucket(type, bucket)), count };
  });
}

/** A line for each row: label, count, and a bar of `@`, the longest 52 wide. */
export function formatHistogram(rows: readonly HistogramRow[]): string {
  let largest = 0n;
  for (const { count } of rows) if (count > largest) largest = count;
  return rows.map((row) => formatRow(row, largest)).join('');
}

/** `[{"min": 2, "max": 3, "count": 1},…]`, where `max` is the last value of the bucket. */
export function formatHistogramJson(rows: readonly HistogramRow[]): string {
  const objects = rows.map(({ low, high, count }) => {
    const min = low === undefined ? '' : `"min": ${jsonInteger(low)}, `;
    const max = high === undefined ? '' : `"max": ${jsonInteger(high - 1n)}, `;
    return `{${min}${max}"count": ${count}}`;
  });
  return `[${objects.join(',')}]`;
}

function formatRow(row: HistogramRow, largest: bigint): string {
  const bar = '@'.repeat(barLength(row.count, largest)).padEnd(BAR_WIDTH);
  return `${row.label.padEnd(LABEL_WIDTH)}${row.count.toString().padStart(COUNT_WIDTH)} |${bar}|\n`;
}

/** In single precision, as bpftrace computes it: 29/100 of the width may be one less than in doubles. */
function barLength(count: bigint, largest: bigint): number {
  if (largest === 0n) return 0;
  const share = Math.fround(Math.fround(Number(count)) / Math.fround(Number(largest)));
  return Math.trunc(Math.fround(share * BAR_WIDTH));
}

type Bucket = Omit<HistogramRow, 'count'>;

function histBucket(bits: number, bucket: number): Bucket {
  const { low, high } = histBucketRange(bucket, bits);
  return bucketOf(low, high, bucket === 0 ? '' : histBoundLabel(bits, bucket - 1), histBoundLabel(bits, bucket));
}

function lhistBucket(type: Extract<AggregateType, { kind: 'lhist' }>, bucket: number): Bucket {
  const { min, max, step } = type;
  const low = bucket === 0 ? undefined : min + step * BigInt(bucket - 1);
  const end = min + step * BigInt(bucket);
  const high = end > max ? undefined : end;
  const label = (bound: bigint | undefined) => (bound === undefined ? '' : lhistBoundLabel(bound, step));
  return bucketOf(low, high, label(low), label(high));
}

function bucketOf(low: bigint | undefined, high: bigint | undefined, lowLabel: string, highLabel: string): Bucket {
  if (low === undefined) return { ...(high === undefined ? {} : { high }), label: `(..., ${highLabel})` };
  if (high === undefined) return { low, label: `[${lowLabel}, ...)` };
  return { low, high, label: high === low + 1n ? `[${lowLabel}]` : `[${lowLabel}, ${highLabel})` };
}

/**
 * The lower bound of bucket `index + 1`. Those of more than one value are (2^bits + interval) << power; each ten powers make a suffix,
 * so that with sub-buckets 1024 is not yet `1K`.
 */
function histBoundLabel(bits: number, index: number): string {
  if (index <= 2 << bits) return index.toString();
  const subBuckets = 1 << bits;
  const power = (index >> bits) - 1;
  const decade = Math.floor(power / 10);
  return `${(subBuckets + (index & (subBuckets - 1))) * 2 ** (power - 10 * decade)}${['', 'K', 'M', 'G', 'T', 'P', 'E'][decade]}`;
}

const KILO = 1024n;
const MEGA = KILO * KILO;

/** Suffixes only where all bounds may have them: steps of whole kilobytes. */
function lhistBoundLabel(bound: bigint, step: bigint): string {
  if (step % KILO !== 0n || bound === 0n) return bound.toString();
  if (bound % MEGA === 0n) return `${bound / MEGA}M`;
  return bound % KILO === 0n ? `${bound / KILO}K` : bound.toString();
}
