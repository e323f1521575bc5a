import { existsSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Btf } from '../btf/btf.ts';
import { openDescriptors, slowClosesDone } from '../sys/fd.ts';
import { type Feature, probeFeature, requireFeature } from './features.ts';
import { openKernelBtf } from './kernel-btf.ts';

let kernelBtf: Btf;
beforeAll(() => {
  kernelBtf = openKernelBtf();
});

afterEach(async () => {
  await slowClosesDone();
  expect(openDescriptors()).toEqual([]);
});

/** All of them are older than Linux 5.15, the oldest release that this package is for. */
const PRESENT: readonly Feature[] = [
  { kind: 'helper', helper: 'map_lookup_elem', program: 'tracepoint' },
  { kind: 'helper', helper: 'ringbuf_output', program: 'raw-tracepoint' },
  { kind: 'helper', helper: 'seq_write', program: 'iterator' },
  { kind: 'map-type', type: 'ringbuf' },
  { kind: 'map-type', type: 'lpm-trie' },
  { kind: 'program-type', type: 'cgroup-sock-addr' },
  { kind: 'program-type', type: 'tracing' },
  { kind: 'program-type', type: 'iterator' },
  { kind: 'program-type', type: 'xdp' },
  { kind: 'hook', hook: 'tracepoint' },
  { kind: 'hook', hook: 'tp-btf' },
  { kind: 'hook', hook: 'uprobe' },
  { kind: 'hook', hook: 'iterator' },
  { kind: 'hook', hook: 'software-event' },
  { kind: 'hook', hook: 'socket-filter' },
];

test.each(PRESENT)('present: %j', (feature) => {
  expect(probeFeature(feature, kernelBtf)).toBeUndefined();
});

test('a helper that a program type may not call', () => {
  expect(probeFeature({ kind: 'helper', helper: 'xdp_adjust_head', program: 'tracepoint' }, kernelBtf)).toMatchObject({
    code: 'UNSUPPORTED',
    feature: 'helper bpf_xdp_adjust_head in tracepoint programs',
  });
});

test('kprobes are there, or their lack is told with the release that has them', () => {
  const present = existsSync('/sys/bus/event_source/devices/kprobe');
  const missing = probeFeature({ kind: 'hook', hook: 'kprobe' });
  if (present) expect(missing).toBeUndefined();
  else expect(missing).toMatchObject({ feature: 'kprobes', minKernel: '4.17' });
});

test('fentry is there, or its lack is told with the release that has it', () => {
  const missing = probeFeature({ kind: 'hook', hook: 'fentry' }, kernelBtf);
  if (missing !== undefined) {
    expect(missing).toMatchObject({ code: 'UNSUPPORTED' });
    expect(() => requireFeature({ kind: 'hook', hook: 'fentry' }, kernelBtf)).toThrow(missing.message);
  }
});
