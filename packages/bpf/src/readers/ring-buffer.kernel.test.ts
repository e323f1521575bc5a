import { afterEach, expect, test } from 'vitest';
import { BpfMap } from '../maps/bpf-map.ts';
import { openDescriptors } from '../sys/fd.ts';
import { kernelDescriptors } from '../sys/kernel-descriptors.ts';
import { PAGE_SIZE } from '../sys/mapping.ts';
import { openRecordSource } from './record-source.test-kit.ts';
import { type OnRecord, RingBuffer } from './ring-buffer.ts';

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
  expect(kernelDescriptors()).toEqual([]);
});

/** Bytes of a record of 16 bytes with its header. */
const RECORD_BYTES = 24;

function collect(ring: RingBuffer, maxRecords?: number): number[] {
  const numbers: number[] = [];
  ring.drain((view, offset, length) => {
    expect(length).toBe(16);
    const first = view.getBigUint64(offset, true);
    expect(view.getBigUint64(offset + 8, true)).toBe(BigInt.asUintN(64, ~first));
    numbers.push(Number(first));
  }, maxRecords);
  return numbers;
}

test('records come in order, once', () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  expect(collect(ring)).toEqual([]);
  source.write(3, 10);
  expect(ring.pendingBytes).toBe(3 * RECORD_BYTES);
  expect(collect(ring)).toEqual([10, 11, 12]);
  expect(ring.pendingBytes).toBe(0);
  expect(collect(ring)).toEqual([]);
});

test('the end of the buffer is seamless', () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  // 100 records of 24 bytes do not divide a page: over many rounds, records lie across its end at every possible place.
  for (let round = 0; round < 50; round++) {
    source.write(100, round * 100);
    expect(collect(ring)).toEqual(Array.from({ length: 100 }, (_, i) => round * 100 + i));
  }
});

test('a full buffer loses the newest, and takes new ones when there is room', () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  const room = Math.floor((PAGE_SIZE - 1) / RECORD_BYTES);
  source.write(room + 50, 0);
  expect(collect(ring)).toEqual(Array.from({ length: room }, (_, i) => i));
  source.write(2, 1000);
  expect(collect(ring)).toEqual([1000, 1001]);
});

test('room comes back while a long drain goes on', () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  source.write(150, 0);
  let next = 0;
  let written = 150;
  ring.drain((view, offset) => {
    expect(Number(view.getBigUint64(offset, true))).toBe(next++);
    if (next % 50 === 0 && written < 1000) {
      source.write(20, written);
      written += 20;
    }
  });
  expect(next).toBe(written);
});

test('discarded records are passed over', () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  source.write(1, 1);
  source.discard();
  source.write(1, 2);
  source.discard();
  expect(collect(ring)).toEqual([1, 2]);
  expect(ring.pendingBytes).toBe(0);
});

test('a bounded drain goes on where it stopped', () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  source.write(10, 0);
  expect(collect(ring, 4)).toEqual([0, 1, 2, 3]);
  expect(collect(ring)).toEqual([4, 5, 6, 7, 8, 9]);
});

test('an exception ends a drain behind its record', () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  source.write(3, 0);
  const fail: OnRecord = () => {
    throw new Error('enough');
  };
  expect(() => ring.drain(fail)).toThrow('enough');
  expect(collect(ring)).toEqual([1, 2]);
});

test('a second reader of the map goes on where the first one stopped', () => {
  using source = openRecordSource(PAGE_SIZE);
  const first = new RingBuffer(source.map);
  source.write(3, 0);
  expect(collect(first, 2)).toEqual([0, 1]);
  first.close();
  using second = new RingBuffer(source.map);
  expect(collect(second)).toEqual([2]);
});

test('a callback may close the reader; views that it kept read zeros', () => {
  using source = openRecordSource(PAGE_SIZE);
  const ring = new RingBuffer(source.map);
  source.write(2, 5);
  let kept: (() => bigint) | undefined;
  const closing: OnRecord = (view, offset) => {
    kept = () => view.getBigUint64(offset, true);
    expect(kept()).toBe(5n);
    ring.close();
  };
  expect(ring.drain(closing)).toBe(1);
  expect(kept!()).toBe(0n);
  expect(() => ring.drain(closing)).toThrow('the ring buffer is closed');
});

test('of another type of map it is refused', () => {
  using map = BpfMap.create({ name: 'plain', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1 });
  expect(() => new RingBuffer(map)).toThrow('cannot read records of map "plain": type hash, expected ringbuf');
});
