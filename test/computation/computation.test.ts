/** Random computations give what a second reading of the language says, compiled and run in this kernel. */
import { decodeText, encodeText } from '@waggle/bpftrace/output';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scriptOutput } from '../../packages/trace/src/testing/script-output.ts';
import { arbitraryComputation } from './arbitrary-computation.ts';
import { evaluateComputation } from './evaluate-computation.ts';
import { printComputation } from './print-computation.ts';

const RUNS = Number(process.env.WAGGLE_RANDOM_COMPUTATIONS ?? 300);
const SEED = Number(process.env.WAGGLE_SEED ?? 1);

test(
  'random computations',
  async () => {
    console.log(`${RUNS} random computations of WAGGLE_SEED=${SEED}`);
    await fc.assert(
      fc.asyncProperty(arbitraryComputation, async (body) => {
        const script = printComputation(body);
        const output = await scriptOutput(script, 'text');
        expect(decodeText(encodeText(output)), script).toBe(evaluateComputation(body));
      }),
      { numRuns: RUNS, seed: SEED },
    );
  },
  60_000 + RUNS * 1000,
);
