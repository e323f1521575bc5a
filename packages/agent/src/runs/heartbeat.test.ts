import { expect, it } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

it('is silent once nothing has changed for long', () => {
  const heartbeat = new Heartbeat('a', 1000);
  expect(heartbeat.isSilent(5, 6000)).toBe(false);
  expect(heartbeat.isSilent(5, 6001)).toBe(true);
  heartbeat.hear('a', 5000);
  expect(heartbeat.isSilent(5, 6001)).toBe(true);
  heartbeat.hear('b', 6000);
  expect(heartbeat.isSilent(5, 11_000)).toBe(false);
  expect(heartbeat.isSilent(5, 11_001)).toBe(true);
});

it('does not count the time in which nothing could be heard', () => {
  const heartbeat = new Heartbeat(undefined, 0);
  heartbeat.resume(100_000);
  expect(heartbeat.isSilent(5, 104_000)).toBe(false);
  expect(heartbeat.isSilent(5, 106_000)).toBe(true);
});
