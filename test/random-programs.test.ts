/**
 * Random scripts without mistakes: all of them compile, to sound intermediate code, and the verifier of this kernel takes all of their
 * programs.
 *
 * The same ones each time; others with `WAGGLE_SEED`. More of them with `WAGGLE_RANDOM_PROGRAMS=20000`.
 */
import { openDescriptors, VerifierError } from '@waggle/bpf';
import { type CompileOptions, compile, formatDiagnostic, SourceText } from '@waggle/bpftrace';
import { MachineFacts, TraceError } from '@waggle/trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IrProgram } from '../packages/bpftrace/src/ir/ir.ts';
import { validateIr } from '../packages/bpftrace/src/ir/validate.ts';
import { arbitraryTypedScript } from '../packages/bpftrace/src/testing/arbitrary-typed-script.ts';
import { KernelObjects } from '../packages/trace/src/engine/kernel-objects.ts';

const RUNS = Number(process.env.WAGGLE_RANDOM_PROGRAMS ?? 2000);
const SEED = Number(process.env.WAGGLE_SEED ?? 1);
const LOG_LINES = 60;
const LIMIT_MS = 30_000 + RUNS * 1000;

const facts = new MachineFacts();

/** The whole host for most; the conditions of targets, plain reads and events with their context for the others. */
const arbitraryOptions: fc.Arbitrary<CompileOptions> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.constant({ directLoads: false }) },
  {
    weight: 4,
    arbitrary: fc
      .record(
        {
          cgroupLevels: fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 3 }),
          pids: fc.uniqueArray(fc.nat(100_000), { minLength: 1, maxLength: 3 }),
          comm: fc.constantFrom('sh', 'node', 'exactly15chars!'),
        },
        { requiredKeys: [] },
      )
      .map((guard) => ({ guard, eventContext: true, identity: { levels: guard.cgroupLevels ?? [] } })),
  },
);

test(
  'all random programs pass the verifier',
  () => {
    console.log(`${RUNS} random programs of WAGGLE_SEED=${SEED}`);
    const before = openDescriptors().length;
    fc.assert(fc.property(arbitraryTypedScript(facts), arbitraryOptions, load), {
      numRuns: RUNS,
      seed: SEED,
      includeErrorInReport: true,
    });
    expect(openDescriptors().length).toBe(before);
  },
  LIMIT_MS,
);

/** Small maps: making large ones takes longer than verifying most programs. */
const SMALL: CompileOptions = { unsafe: true, ringBytes: 65_536, config: { max_map_keys: '64' } };

/** @throws Error with the script and what the compiler or the verifier says of it */
function load(text: string, options: CompileOptions): void {
  const source = new SourceText('random.bt', text);
  const mistakes: string[] = [];
  const onIr = (program: IrProgram) => mistakes.push(...validateIr(program));
  const { script, diagnostics } = compile(source, facts, { ...SMALL, ...options, onIr });
  if (mistakes.length > 0) throw new Error(`${text}\n${mistakes.join('\n')}`);
  if (script === undefined) {
    throw new Error(diagnostics.map((one) => formatDiagnostic(one, source, { color: false })).join('') + text);
  }
  let objects: KernelObjects | undefined;
  try {
    objects = new KernelObjects(script, source);
    objects.load(() => facts.btf);
  } catch (error) {
    throw new Error(`${text}\n${reasonOf(error)}`, { cause: error });
  } finally {
    objects?.close();
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof TraceError ? error.cause : error;
  return cause instanceof VerifierError ? cause.log.trimEnd().split('\n').slice(-LOG_LINES).join('\n') : String(cause);
}
