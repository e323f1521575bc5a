import { formatInstructions } from '@waggle/bpf/asm';
import { printIr } from '../ir/print.ts';
import { emitProgram } from './emit-program.ts';
import { interpretInstructions } from './interpret-instructions.test-kit.ts';
import { interpretIr } from './interpret-ir.test-kit.ts';
import { randomProgram } from './random-program.test-kit.ts';

const [from, to] = process.argv.slice(2).map(Number);
let n = 0,
  spills = 0,
  insns = 0,
  over = 0;
for (let seed = from!; seed < to!; seed++) {
  const p = randomProgram({ seed, size: 1 + ((seed * 7) % 90), variables: 1 + (seed % 16) });
  const ctx = Uint8Array.from({ length: 32 }, (_, i) => (seed % 3 === 0 ? 0 : seed % 3 === 1 ? (i * seed) & 255 : 255));
  const want = interpretIr(p, ctx);
  for (const optimise of [true, false]) {
    const e = emitProgram(p, { frameLimit: 1 << 20, optimise, isa: seed % 2 ? 3 : 4 });
    if (e.kind !== 'program') throw new Error(e.kind);
    if (e.stats.frameBytes > 540) {
      over++;
      continue;
    }
    n++;
    if (optimise) {
      spills += e.stats.spills;
      insns += e.stats.insns;
    }
    let got: unknown;
    try {
      got = interpretInstructions(e.instructions, ctx);
    } catch (x) {
      got = String(x);
    }
    if (got !== want) {
      console.log('seed', seed, 'optimise', optimise, got, want, printIr(p), formatInstructions(e.instructions));
      process.exit(1);
    }
  }
}
console.log(n, { spills, insns, over });
