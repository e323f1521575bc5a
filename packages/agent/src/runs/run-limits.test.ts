import type { MapSpec } from '@waggle/bpf/spec';
import { describe, expect, it } from 'vitest';
import { limitReached, mapLimitReached, type RunLimits } from './run-limits.ts';

const LIMITS: RunLimits = {
  traces: 2,
  ringBytes: 4096,
  maxRingBytes: 65_536,
  maxTotalRingBytes: 131_072,
  maxMapBytes: 1024 ** 2,
  logBytes: 4096,
  maxTotalLogBytes: 8192,
};

describe('limitReached', () => {
  it.each([
    [4096, { traces: 1, ringBytes: 65_536 }, undefined],
    [65_536, { traces: 1, ringBytes: 65_536 }, undefined],
    [4096, { traces: 2, ringBytes: 0 }, 'this node runs 2 traces already, its limit is 2 (--max-traces of the agent)'],
    [
      131_072,
      { traces: 0, ringBytes: 0 },
      'a ring buffer of 128Ki is too large, the limit is 64Ki (--max-ring-bytes of the agent)',
    ],
    [
      65_536,
      { traces: 1, ringBytes: 131_072 },
      'the ring buffers of this node would take 192Ki, the limit is 128Ki (--max-total-ring-bytes of the agent)',
    ],
  ])('%i bytes beside %j: %s', (ringBytes, usage, expected) => {
    expect(limitReached(ringBytes, usage, LIMITS)).toBe(expected);
  });
});

describe('mapLimitReached', () => {
  const map = (type: MapSpec['type'], maxEntries: number, keySize = 8, valueSize = 8): MapSpec => ({
    ...{ name: 'm', type, maxEntries, keySize, valueSize },
  });

  it.each<[string, readonly MapSpec[], boolean]>([
    ['none', [], false],
    ['a hash of 10,000', [map('hash', 10_000)], false],
    ['a hash of 15,000', [map('hash', 15_000)], true],
    ['two of 10,000', [map('hash', 10_000), map('hash', 10_000)], true],
    ['one for each CPU', [map('percpu-hash', 10_000)], true],
    ['an array, which has no keys', [map('array', 100_000, 4)], false],
    ['a ring buffer, which is counted elsewhere', [map('ringbuf', 16_777_216, 0, 0)], false],
  ])('%s', (_name, maps, isTooMuch) => {
    expect(mapLimitReached(maps, 8, LIMITS) !== undefined).toBe(isTooMuch);
  });

  it('says how much', () => {
    expect(mapLimitReached([map('hash', 100_000)], 8, LIMITS)).toBe(
      'the maps of this trace would take 8Mi in the kernel, the limit is 1Mi (--max-map-bytes of the agent)',
    );
  });
});
