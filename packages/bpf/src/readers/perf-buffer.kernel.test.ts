import { afterEach, expect, test } from 'vitest';
import * as asm from '../asm/builders.ts';
import { BpfMap } from '../maps/bpf-map.ts';
import { encode, u64 } from '../maps/codec.ts';
import { onlineCpus } from '../maps/possible-cpus.ts';
import { loadProgram } from '../programs/load-program.ts';
import type { Program } from '../programs/program.ts';
import { openDescriptors } from '../sys/fd.ts';
import { kernelDescriptors } from '../sys/kernel-descriptors.ts';
import { PerfBuffer } from './perf-buffer.ts';

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
  expect(kernelDescriptors()).toEqual([]);
});

const EVENTS = { name: 'events', type: 'perf-event-array', keySize: 4, valueSize: 4, maxEntries: 0 } as const;

/** Writes the first argument, as a record of 8 bytes, on the CPU that it runs on. */
function loadWriter(events: BpfMap): Program {
  const instructions = [
    asm.ldx(8, 6, 1, 0),
    asm.stx(8, 10, -8, 6),
    asm.loadMap(2, 'events'),
    asm.lddw(3, 0xffff_ffffn),
    asm.mov64(4, 10),
    asm.add64Imm(4, -8),
    asm.mov64Imm(5, 8),
    asm.callHelper('perf_event_output'),
    asm.mov64Imm(0, 0),
    asm.exit(),
  ];
  const spec = {
    name: 'write',
    type: 'raw-tracepoint',
    attach: { kind: 'test-run' },
    license: 'GPL',
    instructions,
  } as const;
  return loadProgram(spec, { maps: new Map([['events', events]]) });
}

test('each CPU has records of its own, in order, over the end of its ring', () => {
  using events = BpfMap.create(EVENTS);
  using writer = loadWriter(events);
  using buffer = new PerfBuffer(events, 1);
  const cpus = onlineCpus();
  for (let round = 0; round < 20; round++) {
    const numbers = Array.from({ length: 50 }, (_, i) => BigInt(round * 50 + i));
    for (const number of numbers) for (const cpu of cpus) writer.testRun({ ctx: encode(u64, number), cpu });
    const seen = new Map(cpus.map((cpu): [number, bigint[]] => [cpu, []]));
    const records = buffer.drain((view, offset, _, cpu) => seen.get(cpu)!.push(view.getBigUint64(offset, true)));
    expect(records).toBe(50 * cpus.length);
    for (const cpu of cpus) expect(seen.get(cpu)).toEqual(numbers);
  }
  expect(buffer.lost).toBe(0n);
});

test('losses are counted', () => {
  using events = BpfMap.create(EVENTS);
  using writer = loadWriter(events);
  using buffer = new PerfBuffer(events, 1);
  const cpu = onlineCpus()[0]!;
  const write = (count: number): void => {
    for (let i = 0; i < count; i++) writer.testRun({ ctx: encode(u64, BigInt(i)), cpu });
  };
  write(500);
  let records = buffer.drain(() => undefined);
  expect(records).toBeLessThan(500);
  // The kernel tells of losses with the next record that finds room.
  write(1);
  records += buffer.drain(() => undefined);
  expect(BigInt(records) + buffer.lost).toBe(501n);
});
