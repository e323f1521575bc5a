import { FunctionBuilder } from '../ir/function-builder.ts';
import { at, imm, inSlot, mapAddress, reg, slotAddress, CONTEXT, functionAddress, constant } from '../ir/values.ts';
import { emitMain } from './emit-text.test-kit.ts';
import { emitProgram } from './emit-program.ts';
import { formatInstructions } from '@waggle/bpf/asm';
const show = (n: string, w: (f: FunctionBuilder) => void, o = {}) => console.log(`-- ${n}\n${emitMain(w, o).join('\n')}`);
show('add args', (f) => { const a = f.load(8, at(f.params[0]!)); const b = f.load(8, at(f.params[0]!, 8)); f.return(reg(f.binary('sub', a, reg(b)))); });
show('ctx after call', (f) => { const t = f.call(5, []); f.store(8, at(f.load(8, at(f.params[0]!, 8))), reg(t)); });
show('ctx arg', (f) => { f.return(reg(f.call(27, [CONTEXT, mapAddress('stacks'), imm(0)]))); });
show('ctx arg twice', (f) => { f.callVoid(27, [CONTEXT, mapAddress('stacks'), imm(0)]); f.return(reg(f.call(27, [CONTEXT, mapAddress('stacks'), imm(256)]))); });
show('arg swap', (f) => { const a = f.load(8, at(f.params[0]!)); f.return(reg(f.call(6, [reg(a), reg(f.params[0]!), reg(a)]))); });
show('five values over a call', (f) => {
  const v = [0, 8, 16, 24, 32].map((o) => f.load(8, at(f.params[0]!, o)));
  f.callVoid(6, []);
  f.return(reg(v.reduce((a, b) => f.binary('add', a, reg(b)))));
});
show('signed ext v3', (f) => { f.return(reg(f.extend(f.load(4, at(f.params[0]!)), 32, true))); });
show('signed ext v4', (f) => { f.return(reg(f.extend(f.load(4, at(f.params[0]!)), 32, true))); }, { isa: 4 });
show('signed ext cmp', (f) => { const x = f.extend(f.load(4, at(f.params[0]!)), 32, true); const [a, b] = [f.newBlock(), f.newBlock()]; f.branch('slt', x, imm(0), a, b); f.setBlock(a); f.callVoid(6, []); f.setBlock(b); });
show('loop', (f) => {
  const [h, b, d] = [f.newBlock(), f.newBlock(), f.newBlock()];
  const i = f.const(0), s = f.const(0);
  f.setBlock(h); f.branch('lt', i, imm(10), b, d);
  f.setBlock(b); f.binary('add', s, reg(f.call(7, [])), 64, s); f.binary('add', i, imm(1), 64, i); f.goto(h);
  f.setBlock(d); f.return(reg(s));
});
show('log2', (f) => {
  // as hist does
  const v = f.load(8, at(f.params[0]!));
  const n = f.const(0);
  let x = f.copy(v);
  for (const k of [32, 16, 8, 4, 2, 1]) {
    const [t, j] = [f.newBlock(), f.newBlock()];
    f.branch('ge', x, f.value(1n << BigInt(k)), t, j);
    f.setBlock(t);
    f.binary('rsh', x, imm(k), 64, x);
    f.binary('add', n, imm(k), 64, n);
    f.setBlock(j);
  }
  f.return(reg(n));
});
{
  const f = new FunctionBuilder('main');
  const s = f.newSlot(8, 8, 'acc');
  f.store(8, inSlot(s), imm(0));
  f.callVoid(181, [imm(10), functionAddress('each'), slotAddress(s), imm(0)]);
  f.return(reg(f.load(8, inSlot(s))));
  const g = new FunctionBuilder('each', 2);
  const p = g.params[1]!;
  g.store(8, at(p), reg(g.binary('add', g.load(8, at(p)), reg(g.params[0]!))));
  g.return(imm(0));
  const e = emitProgram({ functions: [f.build(), g.build()] });
  if (e.kind === 'program') console.log(formatInstructions(e.instructions), e.stats);
}
