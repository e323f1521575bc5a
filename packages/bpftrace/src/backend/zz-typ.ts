import { formatInstructions } from '@waggle/bpf/asm';
import { FunctionBuilder } from '../ir/function-builder.ts';
import { at, CONTEXT, imm, inSlot, mapAddress, reg, slotAddress } from '../ir/values.ts';
import { emitProgram } from './emit-program.ts';

function typical() {
  const f = new FunctionBuilder('main');
  const ctx = f.params[0]!;
  const exit = f.newBlock();
  // guard
  const cg = f.call(80, []);
  const gk = f.newSlot(8, 8, 'guard');
  f.store(8, inSlot(gk), reg(cg));
  const hit = f.call(1, [mapAddress('targets'), slotAddress(gk)]);
  const go = f.newBlock();
  f.branch('eq', hit, imm(0), exit, go, { likely: 'then' });
  f.setBlock(go);
  // predicate: args->count > 100 && pid != 1
  const count = f.load(8, at(ctx, 32));
  const t = f.newBlock(),
    n = f.newBlock(),
    j = f.newBlock(),
    body = f.newBlock();
  const b = f.newRegister();
  f.const(0, b);
  f.branch('gt', count, imm(100), t, n);
  f.setBlock(t);
  const pid = f.binary('rsh', f.call(14, []), imm(32));
  const t2 = f.newBlock(),
    n2 = f.newBlock();
  f.branch('ne', pid, imm(1), t2, n2);
  f.setBlock(t2);
  f.const(1, b);
  f.goto(j);
  f.setBlock(n2);
  f.const(0, b);
  f.goto(j);
  f.setBlock(n);
  f.goto(j);
  f.setBlock(j);
  f.branch('eq', b, imm(0), exit, body);
  f.setBlock(body);
  // $x = tid; @start[tid] ...
  const tid = f.extend(f.call(14, []), 32, false);
  const pid2 = f.binary('rsh', f.call(14, []), imm(32));
  const key = f.newSlot(24, 8, 'key');
  f.store(8, inSlot(key, 0), imm(0));
  f.store(8, inSlot(key, 8), imm(0));
  f.store(4, inSlot(key, 16), imm(0));
  f.store(4, inSlot(key, 20), imm(0));
  f.callVoid(16, [slotAddress(key), imm(16)]);
  f.store(4, inSlot(key, 16), reg(tid));
  f.store(4, inSlot(key, 20), reg(pid2));
  const v = f.call(1, [mapAddress('counts'), slotAddress(key)]);
  const add = f.newBlock(),
    ins = f.newBlock(),
    done = f.newBlock();
  f.branch('ne', v, imm(0), add, ins, { likely: 'then' });
  f.setBlock(add);
  const old = f.load(8, at(v));
  f.store(8, at(v), reg(f.binary('add', old, imm(1))));
  f.goto(done);
  f.setBlock(ins);
  const val = f.newSlot(8, 8, 'val');
  f.store(8, inSlot(val), imm(1));
  f.callVoid(2, [mapAddress('counts'), slotAddress(key), slotAddress(val), imm(0)]);
  f.setBlock(done);
  // hist bucket of count: @h
  const hk = f.newSlot(4, 4, 'hk');
  f.store(4, inSlot(hk), reg(f.load(4, at(ctx, 8))));
  const h = f.call(1, [mapAddress('h'), slotAddress(hk)]);
  const hb = f.newBlock();
  f.branch('eq', h, imm(0), exit, hb, { likely: 'otherwise' });
  f.setBlock(hb);
  f.atomic('add', 8, at(h), f.const(1));
  f.callVoid(25, [CONTEXT, mapAddress('events'), f.value(0xffffffff), slotAddress(key), imm(24)]);
  f.setBlock(exit);
  f.return(imm(0));
  return { functions: [f.build()] };
}
const s0 = performance.now();
const p = typical();
const e0 = emitProgram(p);
console.log('cold', performance.now() - s0);
for (const n of [10, 100, 1000, 3000]) {
  const s = performance.now();
  for (let i = 0; i < n; i++) emitProgram(p);
  console.log(n, (performance.now() - s) / n);
}
if (e0.kind === 'program') console.log(formatInstructions(e0.instructions), e0.stats);
