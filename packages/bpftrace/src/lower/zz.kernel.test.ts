import { readdirSync, readFileSync } from 'node:fs';
import { BpfMap, loadProgram, VerifierError } from '@waggle/bpf';
import { formatInstructions } from '@waggle/bpf/asm';
import { expect, test } from 'vitest';
import { MachineFacts } from '../../../trace/src/machine/machine-facts.ts';
import { compile } from '../compile.ts';
import { SourceText } from '../source/source-text.ts';

const facts = new MachineFacts();
const dirs = (process.env.DIRS ?? '').split(':').filter(Boolean);
const scripts: [string, string][] = dirs.flatMap((d) =>
  readdirSync(d)
    .filter((f) => f.endsWith('.bt'))
    .map((f): [string, string] => [f, readFileSync(`${d}/${f}`, 'utf8')]),
);
if (process.env.SCRIPTS)
  scripts.push(
    ...readFileSync(process.env.SCRIPTS, 'utf8')
      .split('\n---\n')
      .map((t): [string, string] => [t, t]),
  );
test.each(scripts)(
  '%s',
  (_n, text) => {
    const source = new SourceText('t', text);
    const t0 = performance.now();
    const phases: string[] = [];
    const { script, diagnostics } = compile(source, facts, {
      unsafe: true,
      guard: { cgroupLevels: [1] },
      positionalParams: ['1', '2'],
      eventContext: true,
      onPhase: (n) => phases.push(`${n}@${(performance.now() - t0).toFixed(1)}`),
    });
    if (process.env.PHASES) console.log(phases.join(' '));
    if (!script) {
      console.log(
        'DIAG',
        diagnostics.map((d) => `${d.code}: ${d.message} @${source.slice(d.span).slice(0, 50)}`).join('\n'),
      );
      expect.fail('diagnostics');
    }
    if (process.env.SHOW)
      for (const p of script.programs)
        console.log(formatInstructions(p.spec.instructions.map(({ source, ...i }: any) => i)));
    const maps = new Map(script.mapSpecs.map((s) => [s.name, BpfMap.create(s)]));
    try {
      for (const p of script.programs) {
        if (['kprobe', 'tracing'].includes(p.spec.attach.kind)) continue;
        try {
          loadProgram(p.spec, { maps }).close();
        } catch (e) {
          if (e instanceof VerifierError) {
            console.log(
              formatInstructions(p.spec.instructions.map(({ source, ...i }: any) => i)).slice(0, 6000),
              e.log.slice(-2500),
            );
          }
          throw e;
        }
      }
    } finally {
      for (const m of maps.values()) m.close();
    }
  },
  60000,
);
