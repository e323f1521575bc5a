import { readFileSync } from 'node:fs';
import { BpfMap, loadProgram, VerifierError } from '@waggle/bpf';
import { formatInstructions } from '@waggle/bpf/asm';
import { expect, test } from 'vitest';
import { MachineFacts } from '../../../trace/src/machine/machine-facts.ts';
import { compile } from '../compile.ts';
import { SourceText } from '../source/source-text.ts';

const facts = new MachineFacts();
const scripts = readFileSync('/tmp/scripts.txt', 'utf8').split('\n---\n');
test.each(scripts)('%s', (text) => {
  const source = new SourceText('t', text);
  const phases: [string, number][] = [];
  const { script, diagnostics } = compile(source, facts, {
    guard: { cgroupLevels: [1], pids: [5], comm: 'x' },
    eventContext: true,
    onPhase: (n) => phases.push([n, performance.now()]),
  });
  if (!script) {
    console.log('DIAG', diagnostics.map((d) => `${d.code}: ${d.message} @${source.slice(d.span)}`).join('\n'));
    expect(script).toBeDefined();
    return;
  }
  const maps = new Map(script.mapSpecs.map((s) => [s.name, BpfMap.create(s)]));
  try {
    for (const p of script.programs) {
      try {
        loadProgram(p.spec, { maps }).close();
      } catch (e) {
        if (e instanceof VerifierError) {
          console.log(formatInstructions(p.spec.instructions.map(({ source, ...i }: any) => i)), e.log.slice(-1500));
        }
        throw e;
      }
    }
  } finally {
    for (const m of maps.values()) m.close();
  }
});
