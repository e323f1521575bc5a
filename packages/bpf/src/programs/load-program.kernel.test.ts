import { afterEach, describe, expect, test } from 'vitest';
import * as asm from '../asm/builders.ts';
import type { Instruction, SourceLine } from '../asm/instruction.ts';
import { BpfMap } from '../maps/bpf-map.ts';
import { encode, u32, u64 } from '../maps/codec.ts';
import type { ProgramSpec } from '../spec/index.ts';
import { openDescriptors } from '../sys/fd.ts';
import { kernelDescriptors } from '../sys/kernel-descriptors.ts';
import { loadProgram } from './load-program.ts';
import { enableStats } from './stats.ts';
import { VerifierError } from './verifier-error.ts';

afterEach(() => {
  expect(openDescriptors()).toEqual([]);
  expect(kernelDescriptors()).toEqual([]);
});

const NO_MAPS = new Map<string, BpfMap>();

function spec(instructions: readonly Instruction[], more: Partial<ProgramSpec> = {}): ProgramSpec {
  const attach = { kind: 'test-run' } as const;
  return { name: 'waggle test', type: 'raw-tracepoint', attach, license: 'GPL', instructions, ...more };
}

/** counts[0] += ctx[0] */
const ADD_FIRST_ARGUMENT: readonly Instruction[] = [
  asm.ldx(8, 6, 1, 0),
  asm.st(4, 10, -4, 0),
  asm.mov64(2, 10),
  asm.add64Imm(2, -4),
  asm.loadMap(1, 'counts'),
  asm.callHelper('map_lookup_elem'),
  asm.jeqImm(0, 0, 'out'),
  asm.atomic('add', 8, 0, 0, 6),
  asm.label('out'),
  asm.mov64Imm(0, 7),
  asm.exit(),
];

const COUNTS = { name: 'counts', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 } as const;

describe('a program that passes', () => {
  test('runs on a test context and changes its map', () => {
    using counts = BpfMap.create(COUNTS);
    using program = loadProgram(spec(ADD_FIRST_ARGUMENT), { maps: new Map([['counts', counts]]) });
    expect(program.testRun({ ctx: encode(u64, 40n) }).returnValue).toBe(7);
    program.testRun({ ctx: encode(u64, 2n), cpu: 0 });
    expect(counts.lookup(encode(u32, 0))).toEqual(encode(u64, 42n));
  });

  test('is known to the kernel by name and type', () => {
    using program = loadProgram(spec([asm.mov64Imm(0, 0), asm.exit()]), { maps: NO_MAPS });
    const info = program.info();
    expect(info).toMatchObject({ name: 'waggle_test', type: 'raw-tracepoint', xlatedSizeBytes: 16 });
    expect(info.id).toBeGreaterThan(0);
    expect(info.tag).toMatch(/^[0-9a-f]{16}$/);
  });

  test('tells its log when asked to', () => {
    const logs: string[] = [];
    using _ = loadProgram(spec([asm.mov64Imm(0, 0), asm.exit()]), { maps: NO_MAPS, onLog: (log) => logs.push(log) });
    expect(logs).toEqual([expect.stringContaining('processed 2 insns')]);
  });

  test('counts its runs while statistics are on', () => {
    using program = loadProgram(spec([asm.mov64Imm(0, 0), asm.exit()]), { maps: NO_MAPS });
    using _ = enableStats();
    for (let i = 0; i < 5; i++) program.testRun();
    expect(program.info().runCount).toBe(5n);
    expect(program.info().runTimeNs).toBeGreaterThan(0n);
  });

  test('calls subprograms, also as callbacks, which needs BTF', () => {
    const instructions: Instruction[] = [
      asm.functionLabel('main'),
      asm.st(8, 10, -8, 0),
      asm.mov64Imm(1, 10),
      asm.loadFunction(2, 'body'),
      asm.mov64(3, 10),
      asm.add64Imm(3, -8),
      asm.mov64Imm(4, 0),
      asm.callHelper('loop'),
      asm.ldx(8, 0, 10, -8),
      asm.exit(),
      asm.functionLabel('body'),
      asm.ldx(8, 3, 2, 0),
      asm.add64(3, 1),
      asm.stx(8, 2, 0, 3),
      asm.mov64Imm(0, 0),
      asm.exit(),
    ];
    using program = loadProgram(spec(instructions), { maps: NO_MAPS });
    expect(program.testRun().returnValue).toBe(45);
  });

  test('sees a packet', () => {
    const instructions = [asm.ldx(4, 0, 1, 0), asm.exit()];
    const filter = spec(instructions, { type: 'socket-filter', attach: { kind: 'socket-filter' } });
    using program = loadProgram(filter, { maps: NO_MAPS });
    const run = program.testRun({ data: Buffer.alloc(60), repeat: 3 });
    expect(run.returnValue).toBe(46);
    expect(run.data).toHaveLength(60);
  });
});

describe('a program that is refused', () => {
  test('says why, where, and at which line of the script', () => {
    const source: SourceLine = { line: 2, column: 9, text: '  $x = *(uint64*)0;' };
    const instructions = [asm.mov64Imm(1, 0), { ...asm.ldx(8, 0, 1, 0), source }, asm.exit()];
    const error = refusalOf(spec(instructions));
    expect(error).toMatchObject({ code: 'EACCES', insnIndex: 1, source, program: 'waggle test' });
    expect(error.summary).toMatch(/R1 invalid mem access/);
    expect(error.message).toContain('(at 2:9: $x = *(uint64*)0;)');
    expect(error.hint).toContain('NULL');
    expect(error.log).toContain('processed');
    expect(error.log, 'the kernel quotes the line, too').toContain('$x = *(uint64*)0;');
  });

  test('with a huge log, is still told in whole', () => {
    const bloat = Array.from({ length: 20_000 }, (_, i) => asm.mov64Imm(2, i));
    const error = refusalOf(spec([...bloat, asm.exit()]));
    expect(error.summary).toContain('R0 !read_ok');
    expect(error.insnIndex).toBe(20_000);
    expect(error.log.length).toBeGreaterThan(64 * 1024);
  });

  test('for a missing map', () => {
    expect(() => loadProgram(spec([asm.loadMap(1, 'nest'), asm.exit()]), { maps: NO_MAPS })).toThrow(
      'cannot load program "waggle test": map "nest" is not among the given ones (none)',
    );
  });

  test('for a tracepoint that the kernel does not have', () => {
    const attach = { kind: 'raw-tracepoint', name: 'no_such', btf: true } as const;
    expect(() => loadProgram(spec([asm.exit()], { type: 'tracing', attach }), { maps: NO_MAPS })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', feature: 'BTF raw tracepoint "no_such"' }),
    );
  });
});

function refusalOf(wanted: ProgramSpec): VerifierError {
  try {
    loadProgram(wanted, { maps: NO_MAPS }).close();
  } catch (error) {
    if (error instanceof VerifierError) return error;
    throw error;
  }
  return expect.fail('the verifier let it pass');
}
