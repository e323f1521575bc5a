import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { BufferOf } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { behind } from './address.ts';
import { constantOf } from './constant-fold.ts';
import { copyBytes, zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { clamp } from './read-string.ts';

/** `buf("text", n)`: a copy of the value with zeros behind it, of which the first bytes count. */
export function writeBufferOf(p: ProgramState, e: BufferOf, to: Address): void {
  const { b } = p;
  const capacity = e.type.sizeBytes;
  const whole = p.temporary(layoutOf(e.operand.type).sizeBytes, 'buf');
  p.write(e.operand, whole);
  zeroBytes(b, to, layoutOf(e.type).sizeBytes);
  const known = constantOf(e.length);
  if (known !== undefined) {
    const count = Math.min(Number(known), capacity);
    b.store(4, to, imm(count));
    copyBytes(b, behind(to, 4), whole, count);
    return;
  }
  const length = clamp(p, p.scalar(e.length), capacity);
  b.store(4, to, reg(length));
  b.callVoid(HELPER_IDS.probe_read_kernel, [p.argument(behind(to, 4)), reg(length), p.argument(whole)]);
}
