import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Value } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { StringLength } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { isStringSource } from './dynamic-field.ts';
import { withAddress } from './load.ts';
import type { ProgramState } from './program-state.ts';
import { readSize, readStringHelper } from './read-string.ts';

/** Bytes before the NUL, at most one less than the string's type has: what the helpers that copy a string say. */
export function lowerStringLength(p: ProgramState, { operand }: StringLength): Value {
  const { b } = p;
  const { sizeBytes } = layoutOf(operand.type);
  const read = b.newRegister();
  if (isStringSource(operand)) {
    const copy = p.temporary(sizeBytes, 'strlen');
    withAddress(
      p,
      operand.address,
      operand.kind === 'load' ? operand.offset : 0,
      (from) => {
        b.call(readStringHelper(operand.space), [p.argument(copy), readSize(p, operand, sizeBytes), from], read);
      },
      () => b.const(0, read),
    );
  } else {
    const from = p.bytes(operand);
    const copy = p.temporary(sizeBytes, 'strlen');
    b.call(HELPER_IDS.probe_read_kernel_str, [p.argument(copy), imm(sizeBytes), p.argument(from)], read);
  }
  const [counted, failed, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  const length = b.newRegister();
  b.branch('sgt', read, imm(0), counted, failed, { likely: 'then' });
  b.setBlock(counted);
  b.binary('sub', read, imm(1), 64, length);
  p.cold(failed, () => {
    b.const(0, length);
    b.goto(done);
  });
  b.goto(done);
  b.setBlock(done);
  return reg(length);
}
