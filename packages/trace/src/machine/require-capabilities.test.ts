import { describe, expect, it } from 'vitest';
import { CapabilityError } from './capability-error.ts';
import { missingCapabilities } from './require-capabilities.ts';

describe('missingCapabilities', () => {
  it.each([
    ['root', '000001ffffffffff', []],
    ['root without CAP_SYS_RESOURCE', '000001fffeffffff', []],
    ['nobody', '0000000000000000', ['CAP_BPF', 'CAP_PERFMON']],
    ['CAP_BPF alone', '0000008000000000', ['CAP_PERFMON']],
    ['both', '000000c000000000', []],
    ['CAP_SYS_ADMIN of an older kernel', '0000000000200000', []],
  ])('%s', (_name, set, expected) => {
    expect(missingCapabilities(`Name:\tnode\nCapPrm:\t0000000000000000\nCapEff:\t${set}\nCapBnd:\t0\n`)).toEqual(
      expected,
    );
  });

  it('takes a status that it cannot read for nothing', () => {
    expect(missingCapabilities('')).toEqual(['CAP_BPF', 'CAP_PERFMON']);
  });
});

it('says what is missing and how to get it', () => {
  expect(new CapabilityError(['CAP_BPF', 'CAP_PERFMON']).message).toBe(
    'tracing needs CAP_BPF and CAP_PERFMON, which this process does not have: run it as root (sudo), or in a container with `--cap-add BPF --cap-add PERFMON`',
  );
});
