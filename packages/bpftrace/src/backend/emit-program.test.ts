import { formatInstructions } from '@waggle/bpf/asm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printIr } from '../ir/print.ts';
import { validateIr } from '../ir/validate.ts';
import { emitProgram } from './emit-program.ts';
import { interpretInstructions } from './interpret-instructions.test-kit.ts';
import { interpretIr } from './interpret-ir.test-kit.ts';
import { CONTEXT_BYTES, randomProgram } from './random-program.test-kit.ts';

describe('emitProgram', () => {
  it('keeps the meaning of random programs', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer(),
          size: fc.integer({ min: 1, max: 60 }),
          variables: fc.integer({ min: 1, max: 14 }),
        }),
        fc.uint8Array({ minLength: CONTEXT_BYTES, maxLength: CONTEXT_BYTES }),
        (options, context) => {
          const program = randomProgram(options);
          expect(validateIr(program)).toEqual([]);
          const expected = interpretIr(program, context);
          for (const optimise of [true, false]) {
            for (const isa of [3, 4] as const) {
              const emitted = emitProgram(program, { optimise, isa, frameLimit: 4096 });
              if (emitted.kind !== 'program') throw new Error(emitted.kind);
              if (emitted.stats.frameBytes > 512) continue;
              let result: bigint;
              try {
                result = interpretInstructions(emitted.instructions, context);
              } catch (error) {
                throw new Error(`${error}\n${printIr(program)}\n${formatInstructions(emitted.instructions)}`);
              }
              if (result !== expected)
                throw new Error(
                  `optimise ${optimise}: ${result} not ${expected}\n${printIr(program)}\n${formatInstructions(emitted.instructions)}`,
                );
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
