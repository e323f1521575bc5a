import { spawn } from 'node:child_process';
import { afterEach, beforeAll, expect, test } from 'vitest';
import * as asm from '../asm/builders.ts';
import type { Btf } from '../btf/btf.ts';
import { BpfMap } from '../maps/bpf-map.ts';
import { encode, u32, u64 } from '../maps/codec.ts';
import { openKernelBtf } from '../programs/kernel-btf.ts';
import { loadProgram } from '../programs/load-program.ts';
import { openDescriptors } from '../sys/fd.ts';
import { attach } from './attach.ts';
import { attachIterator } from './iterator.ts';

let kernelBtf: Btf;
beforeAll(() => {
  kernelBtf = openKernelBtf();
});
afterEach(() => expect(openDescriptors()).toEqual([]));

function offsetInTask(member: string): number {
  const task = kernelBtf.find('task_struct', 'struct');
  const found = task?.kind === 'struct' ? task.members.find(({ name }) => name === member) : undefined;
  return found!.offsetBits / 8;
}

/**
 * Writes the u32 or u64 that r7 points to. `seq` is the first member of the iterator's `meta`, which the context starts
 * with.
 */
function writeAtR7(sizeBytes: number) {
  return [
    asm.ldx(8, 1, 6, 0),
    asm.ldx(8, 1, 1, 0),
    asm.mov64(2, 7),
    asm.mov64Imm(3, sizeBytes),
    asm.callHelper('seq_write'),
    asm.label('out'),
    asm.mov64Imm(0, 0),
    asm.exit(),
  ];
}

const OBJECT = [asm.mov64(6, 1), asm.ldx(8, 7, 6, 8), asm.jeqImm(7, 0, 'out')];

test('a task iterator writes all processes, or one', () => {
  const child = spawn('sleep', ['60']);
  const spec = { kind: 'iterator', target: 'task' } as const;
  // task->tgid to the stack, and from there into the output.
  const copy = [asm.ldx(4, 1, 7, offsetInTask('tgid')), asm.stx(4, 10, -4, 1), asm.mov64(7, 10), asm.add64Imm(7, -4)];
  const instructions = [...OBJECT, ...copy, ...writeAtR7(4)];
  const program = { name: 'pids', type: 'tracing', attach: spec, license: 'GPL', instructions } as const;
  try {
    using loaded = loadProgram(program, { maps: new Map(), kernelBtf });
    using everything = attachIterator(loaded, spec);
    for (const _ of [1, 2]) {
      const pids = new Set(new Uint32Array(Uint8Array.from(everything.readAll()).buffer));
      expect(pids.has(process.pid)).toBe(true);
      expect(pids.has(child.pid!)).toBe(true);
    }
    using one = attachIterator(loaded, spec, { pid: child.pid! });
    expect(one.readAll()).toEqual(encode(u32, child.pid!));
  } finally {
    child.kill('SIGKILL');
  }
});

test('an iterator over map elements', () => {
  using numbers = BpfMap.create({ name: 'numbers', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 8 });
  for (const key of [1, 2, 3]) numbers.update(encode(u32, key), encode(u64, BigInt(key * 11)));
  const spec = { kind: 'iterator', target: 'bpf_map_elem', map: 'numbers' } as const;
  // ctx: {meta, map, key, value}
  const instructions = [asm.mov64(6, 1), asm.ldx(8, 7, 6, 24), asm.jeqImm(7, 0, 'out'), ...writeAtR7(8)];
  const maps = new Map([['numbers', numbers]]);
  using program = loadProgram(
    { name: 'elements', type: 'tracing', attach: spec, license: 'GPL', instructions },
    { maps, kernelBtf },
  );
  using link = attachIterator(program, spec, { map: numbers });
  const values = [...new BigUint64Array(Uint8Array.from(link.readAll()).buffer)];
  expect(values.sort()).toEqual([11n, 22n, 33n]);
  expect(() => attach(program)).toThrow('map "numbers" is not among the given ones');
  using same = attach(program, spec, { maps });
  expect(same.spec).toBe(spec);
});

test('an iterator that this kernel does not have', () => {
  const spec = { kind: 'iterator', target: 'no_such' } as const;
  const program = { name: 'none', type: 'tracing', attach: spec, license: 'GPL', instructions: [asm.exit()] } as const;
  expect(() => loadProgram(program, { maps: new Map(), kernelBtf })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', feature: 'iterator "no_such"' }),
  );
});
