import { describe, expect, it } from 'vitest';
import { readClock } from './clock.ts';
import { waitForRunningPrograms } from './running-programs.ts';

describe('readClock', () => {
  it('reads the clocks that Node.js knows, and those that are ahead of them', () => {
    const before = process.hrtime.bigint();
    const monotonic = readClock('monotonic');
    expect(monotonic).toBeGreaterThanOrEqual(before);
    expect(monotonic).toBeLessThanOrEqual(process.hrtime.bigint());
    expect(readClock('boot')).toBeGreaterThanOrEqual(monotonic);
    expect(Math.abs(Number(readClock('realtime') / 1_000_000n) - Date.now())).toBeLessThan(1000);
    expect(readClock('tai')).toBeGreaterThan(0n);
  });
});

describe('waitForRunningPrograms', () => {
  it('resolves', async () => {
    await expect(waitForRunningPrograms()).resolves.toBeUndefined();
  });
});
