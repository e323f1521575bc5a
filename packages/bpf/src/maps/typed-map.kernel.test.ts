import { afterEach, expect, test } from 'vitest';
import { openDescriptors } from '../sys/fd.ts';
import { BpfMap } from './bpf-map.ts';
import { string, struct, u32, u64 } from './codec.ts';
import { possibleCpus } from './possible-cpus.ts';
import { PerCpuMap, TypedMap } from './typed-map.ts';

afterEach(() => expect(openDescriptors()).toEqual([]));

test('a typed map', () => {
  const task = struct({ pid: u32, comm: string(16) });
  using map = BpfMap.create({ name: 'tasks', type: 'hash', keySize: task.sizeBytes, valueSize: 8, maxEntries: 8 });
  const tasks = new TypedMap(map, task, u64);
  tasks.set({ pid: 7, comm: 'bee' }, 70n);
  tasks.set({ pid: 8, comm: 'hive' }, 80n);
  expect(tasks.get({ pid: 7, comm: 'bee' })).toBe(70n);
  expect(tasks.get({ pid: 7, comm: 'wasp' })).toBeUndefined();
  expect(tasks.delete({ pid: 7, comm: 'bee' })).toBe(true);
  expect([...tasks]).toEqual([[{ pid: 8, comm: 'hive' }, 80n]]);
  expect(() => new TypedMap(map, u32, u64)).toThrow('entries of 4 + 8 bytes, expected 20 + 8');
  expect(() => new PerCpuMap(map, task, u64)).toThrow('use TypedMap');
});

test('a per-CPU map, with values smaller than their slots', () => {
  using map = BpfMap.create({ name: 'counts', type: 'percpu-hash', keySize: 4, valueSize: 4, maxEntries: 8 });
  const counts = new PerCpuMap(map, u32, u32);
  const values = Array.from({ length: possibleCpus() }, (_, cpu) => 10 + cpu);
  counts.set(1, values);
  expect(counts.get(1)).toEqual(values);
  expect(counts.get(2)).toBeUndefined();
  expect([...counts]).toEqual([[1, values]]);
  expect(() => counts.set(1, [1, 2, 3, 4, 5].slice(0, possibleCpus() - 1))).toThrow('expected one for each of');
});
