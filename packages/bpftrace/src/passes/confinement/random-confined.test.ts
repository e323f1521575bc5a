import { HELPER_IDS, type HelperName } from '@waggle/bpf/asm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../compile.ts';
import { fixtureFacts } from '../../facts/facts.test-kit.ts';
import type { CompiledProgram } from '../../script/compiled-script.ts';
import { SourceText } from '../../source/source-text.ts';
import { arbitraryTypedScript } from '../../testing/arbitrary-typed-script.ts';

/** What leads a program to other tasks, to addresses of the kernel, or to a change. */
const NEVER: readonly HelperName[] = [
  'get_current_task',
  'get_current_task_btf',
  'get_func_ip',
  'send_signal',
  'send_signal_thread',
];

const facts = fixtureFacts();

function helpersOf({ spec }: CompiledProgram): Set<number> {
  return new Set(
    spec.instructions.flatMap((one) => (one.kind === 'call' && one.target.kind === 'helper' ? [one.target.id] : [])),
  );
}

test('whatever a random script says, confined it reaches nothing else', () => {
  let accepted = 0;
  for (const text of fc.sample(arbitraryTypedScript(facts), { numRuns: 600, seed: 1 })) {
    const { script } = compile(new SourceText('random.bt', text), facts, { confined: true, unsafe: true });
    if (script === undefined) continue;
    accepted++;
    for (const program of script.programs) {
      const helpers = helpersOf(program);
      for (const name of NEVER) expect(helpers.has(HELPER_IDS[name]), `${name} in ${text}`).toBe(false);
    }
  }
  expect(accepted).toBeGreaterThan(30);
}, 30_000);
