import type { FunctionBuilder, VirtualRegister } from '../ir/index.ts';
import { at, fitsImmediate, imm, reg } from '../ir/index.ts';
import { histBucketCount, lhistBucketCount } from '../script/histogram-buckets.ts';
import type { MapSymbol, TypedExpression } from '../typed/tree.ts';
import { layoutOf, roundUp } from '../types/layout.ts';
import type { AggregateType } from '../types/type.ts';
import { behind } from './address.ts';
import { addToEntry } from './aggregate-entry.ts';
import { keyPlace, lookup, wordPlace } from './map-place.ts';
import { zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { keyBytes } from './script-map.ts';

type Histogram = Extract<AggregateType, { kind: 'hist' | 'lhist' }>;

/** Adds 1 to the bucket of `value`, numbered as `histogram-buckets.ts` says. */
export function addToHistogram(
  p: ProgramState,
  map: MapSymbol,
  histogram: Histogram,
  key: TypedExpression | undefined,
  value: VirtualRegister,
): void {
  const bucket = histogram.kind === 'hist' ? powerBucket(p, value, histogram.bits) : linearBucket(p, value, histogram);
  if (key) addToBucketKey(p, map, key, bucket);
  else addToBucketArray(p, map, bucket, bucketCount(histogram));
}

function bucketCount(histogram: Histogram): number {
  return histogram.kind === 'hist'
    ? histBucketCount(histogram.bits)
    : lhistBucketCount(histogram.min, histogram.max, histogram.step);
}

/** A scalar histogram is one array of counters. */
function addToBucketArray(p: ProgramState, map: MapSymbol, bucket: VirtualRegister, count: number): void {
  const { b } = p;
  const buckets = lookup(p, map, keyPlace(p, map, undefined));
  const [found, inside, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('ne', buckets, imm(0), found, done, { likely: 'then' });
  b.setBlock(found);
  // Always true; the verifier wants to see it.
  b.branch('lt', bucket, imm(count), inside, done, { likely: 'then' });
  b.setBlock(inside);
  const place = at(b.binary('add', buckets, reg(b.binary('lsh', bucket, imm(3)))));
  b.store(8, place, reg(b.binary('add', b.load(8, place), imm(1))));
  b.setBlock(done);
}

/** In a keyed histogram, the bucket is part of the kernel's key. */
function addToBucketKey(p: ProgramState, map: MapSymbol, key: TypedExpression, bucket: VirtualRegister): void {
  const { b } = p;
  const place = keyPlace(p, map, key);
  const { sizeBytes } = layoutOf(key.type);
  const bucketAt = roundUp(sizeBytes, 8);
  zeroBytes(b, behind(place, sizeBytes), bucketAt - sizeBytes);
  b.store(8, behind(place, keyBytes(p.script.map(map)) - 8), reg(bucket));
  addToEntry(
    p,
    map,
    place,
    (entry) => b.store(8, entry, reg(b.binary('add', b.load(8, entry), imm(1)))),
    () => {
      const one = wordPlace(p, 1);
      b.store(8, one, imm(1));
      return one;
    },
  );
}

/** Bucket of `hist`: 0 for negative values, then 2^bits single values, then 2^bits for each power of two. */
function powerBucket(p: ProgramState, value: VirtualRegister, bits: number): VirtualRegister {
  const { b } = p;
  const bucket = b.newRegister();
  const [negative, natural, small] = [b.newBlock(), b.newBlock(), b.newBlock()];
  const [large, done] = [b.newBlock(), b.newBlock()];
  b.branch('slt', value, imm(0), negative, natural, { likely: 'otherwise' });
  b.setBlock(natural);
  b.branch('lt', value, imm(1 << bits), small, large, { likely: 'otherwise' });
  b.setBlock(large);
  const top = highestBit(b, value);
  if (bits === 0) {
    b.binary('add', top, imm(2), 64, bucket);
  } else {
    const low = b.binary('sub', top, imm(bits));
    const within = b.binary('and', b.binary('rsh', value, reg(low)), imm((1 << bits) - 1));
    const power = b.binary('lsh', b.binary('add', low, imm(1)), imm(bits));
    b.binary('add', b.binary('add', power, reg(within)), imm(1), 64, bucket);
  }
  b.goto(done);
  b.setBlock(small);
  b.binary('add', value, imm(1), 64, bucket);
  b.goto(done);
  p.cold(negative, () => {
    b.const(0, bucket);
    b.goto(done);
  });
  b.setBlock(done);
  return bucket;
}

/** Index of the highest bit of a value above 0, by halving: six comparisons. */
function highestBit(b: FunctionBuilder, value: VirtualRegister): VirtualRegister {
  const rest = b.copy(value);
  const index = b.const(0);
  for (const step of [32, 16, 8, 4, 2, 1]) {
    const [high, next] = [b.newBlock(), b.newBlock()];
    if (step === 32) {
      const upper = b.binary('rsh', rest, imm(32));
      b.branch('ne', upper, imm(0), high, next, { likely: 'otherwise' });
    } else {
      b.branch('ge', rest, imm(2 ** step), high, next);
    }
    b.setBlock(high);
    if (step > 1) b.binary('rsh', rest, imm(step), 64, rest);
    b.binary('add', index, imm(step), 64, index);
    b.setBlock(next);
  }
  return index;
}

/** Bucket of `lhist`: 0 below `min`, the last from `max` on. */
function linearBucket(
  p: ProgramState,
  value: VirtualRegister,
  { min, max, step }: Extract<AggregateType, { kind: 'lhist' }>,
): VirtualRegister {
  const { b } = p;
  const bucket = b.newRegister();
  const [below, above, from] = [b.newBlock(), b.newBlock(), b.newBlock()];
  const [inside, done] = [b.newBlock(), b.newBlock()];
  b.branch('slt', value, b.value(min), below, from, { likely: 'otherwise' });
  b.setBlock(from);
  b.branch('sge', value, b.value(max), above, inside, { likely: 'otherwise' });
  b.setBlock(inside);
  const distance = b.binary('sub', value, b.value(min));
  b.binary('add', divideDistance(b, distance, max - min, step), imm(1), 64, bucket);
  b.goto(done);
  b.setBlock(below);
  b.const(0, bucket);
  b.goto(done);
  b.setBlock(above);
  b.const(lhistBucketCount(min, max, step) - 1, bucket);
  b.setBlock(done);
  return bucket;
}

/** Division by the step; one of 32 bits is several times as fast on many machines. */
function divideDistance(b: FunctionBuilder, distance: VirtualRegister, range: bigint, step: bigint): VirtualRegister {
  if ((step & (step - 1n)) === 0n) return b.binary('rsh', distance, imm(step.toString(2).length - 1));
  const short = range < 1n << 32n && fitsImmediate(step);
  return b.binary('div', distance, b.value(step), short ? 32 : 64);
}
