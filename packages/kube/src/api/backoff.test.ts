import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

it('doubles up to its limit, and starts over', () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 500 }, () => 0);
  expect([1, 2, 3, 4, 5].map(() => backoff.nextMs())).toEqual([100, 200, 400, 500, 500]);
  backoff.reset();
  expect(backoff.nextMs()).toBe(100);
});

it('takes away up to a half', () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 500 }, () => 0.999999);
  expect([1, 2].map(() => backoff.nextMs())).toEqual([50, 100]);
});
