import { release } from 'node:os';
import { loadProgram } from '@waggle/bpf';
import { formatInstructions } from '@waggle/bpf/asm';
import { describe, expect, it } from 'vitest';
import { printIr } from '../ir/print.ts';
import { emitProgram } from './emit-program.ts';
import { interpretIr } from './interpret-ir.test-kit.ts';
import { CONTEXT_BYTES, randomProgram } from './random-program.test-kit.ts';

/** Contexts that each program is run on: all zeros, all ones, and a mixture. */
const CONTEXTS = [0, 255, 37].map((step) =>
  Uint8Array.from({ length: CONTEXT_BYTES }, (_, index) => (step === 37 ? index * 37 : step)),
);

const PROGRAMS = 5 * Number(process.env.WAGGLE_RUNS ?? 60);

/** Sign-extending moves and loads came with Linux 6.6. */
const [major, minor] = release().split('.').map(Number) as [number, number];
const hasIsa4 = major > 6 || (major === 6 && minor >= 6);

describe('emitted programs', () => {
  it(`${PROGRAMS} random ones pass the verifier and compute what their intermediate form does`, () => {
    let loaded = 0;
    for (let seed = 0; seed < PROGRAMS; seed++) {
      const program = randomProgram({ seed, size: 1 + (seed % 50), variables: 1 + (seed % 12) });
      const emitted = emitProgram(program, { isa: seed % 2 === 0 || !hasIsa4 ? 3 : 4 });
      if (emitted.kind !== 'program') continue;
      loaded++;
      const describeProgram = () => `seed ${seed}\n${printIr(program)}\n${formatInstructions(emitted.instructions)}`;
      using kernel = loadOrExplain(emitted.instructions, describeProgram);
      for (const ctx of CONTEXTS) {
        const expected = Number(interpretIr(program, ctx));
        expect(kernel.testRun({ ctx }).returnValue, describeProgram()).toBe(expected);
      }
    }
    expect(loaded).toBeGreaterThan(PROGRAMS * 0.9);
  });
});

function loadOrExplain(instructions: Parameters<typeof formatInstructions>[0], describeProgram: () => string) {
  try {
    const attach = { kind: 'test-run' } as const;
    return loadProgram(
      { name: 'backend test', type: 'raw-tracepoint', attach, license: 'GPL', instructions },
      { maps: new Map() },
    );
  } catch (cause) {
    throw new Error(`the kernel refuses ${describeProgram()}`, { cause });
  }
}
