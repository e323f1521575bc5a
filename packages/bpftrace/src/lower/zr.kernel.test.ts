import { VerifierError } from '@waggle/bpf';
import { formatInstructions } from '@waggle/bpf/asm';
import fc from 'fast-check';
import { test } from 'vitest';
import { printTypedScript } from '../typed/print-typed-script.ts';
import { arbitraryScript } from './arbitrary-tree.test-kit.ts';
import { cString, loadScript } from './loaded-script.test-kit.ts';
import { compileTree } from './tree.test-kit.ts';

test('x', () => {
  const args = [cString('/etc/hostname'), cString('some text'), 5n];
  let last: any;
  const r = fc.check(
    fc.property(arbitraryScript(), (typed) => {
      last = typed;
      using loaded = loadScript(compileTree(typed));
      loaded.run(args);
    }),
    {
      numRuns: Number(process.env.RUNS ?? 300),
      ...(process.env.SEED && { seed: Number(process.env.SEED), path: process.env.RPATH }),
    },
  );
  console.log(r.failed, r.numRuns, r.seed, r.counterexamplePath);
  if (r.failed) {
    const t = r.counterexample![0];
    console.log(printTypedScript(t));
    try {
      const c = compileTree(t);
      console.log(
        formatInstructions(c.programs[0]!.spec.instructions.map(({ source, ...i }: any) => i)).slice(0, 12000),
      );
      loadScript(c);
    } catch (e) {
      console.log(e instanceof VerifierError ? e.log.slice(-1800) : (e as Error).stack);
    }
  }
}, 600_000);
