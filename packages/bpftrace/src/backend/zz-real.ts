import { readFileSync } from 'node:fs';
import { formatInstructions } from '@waggle/bpf/asm';
import { compile } from '../compile.ts';
import { printIr } from '../ir/print.ts';
import { machineFacts } from '../lower/machine-facts.test-kit.ts';
import { SourceText } from '../source/source-text.ts';

const facts = machineFacts();
const arg = process.argv[2]!;
const text = arg.startsWith('@@') ? readFileSync(arg.slice(2), 'utf8') : arg;
const showIr = process.argv[3] === 'ir';
const opt: any = {};
if (process.argv.includes('guard')) opt.guard = { cgroupLevels: [2] };
const { script, diagnostics } = compile(new SourceText('x.bt', text), facts, {
  ...opt,
  onIr: (p: any) => showIr && console.log(printIr(p)),
});
for (const d of diagnostics) console.log(d.code, d.message);
for (const p of script?.programs ?? [])
  console.log('###', p.spec.name, '\n' + formatInstructions(p.spec.instructions, { sources: false }));
for (let r = 0; r < 3; r++) {
  const t: Record<string, number> = {};
  let at = performance.now(),
    ph = 'start';
  compile(new SourceText('x.bt', text), facts, {
    ...opt,
    onPhase: (n: string) => {
      const now = performance.now();
      t[ph] = (t[ph] ?? 0) + now - at;
      at = now;
      ph = n;
    },
  });
  console.error(t);
}
