import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address } from '../ir/index.ts';
import { imm, mapAddress, reg } from '../ir/index.ts';
import type { StackCall } from '../typed/tree.ts';
import { behind } from './address.ts';
import { countLoss } from './ledger.ts';
import type { ProgramState } from './program-state.ts';
import { stackMapName } from './script-state.ts';
import { writeProcess } from './symbol.ts';

/** include/uapi/linux/bpf.h, flags of bpf_get_stackid. */
const BPF_F_USER_STACK = 256;
const BPF_F_FAST_STACK_CMP = 512;
/** The current task has no stack of that kind, such as a kernel thread of a user's: nothing is lost. */
const EFAULT = 14;

/** Stores the current stack in the stack map of its limit, and its id with the process at `to`. */
export function writeStack(p: ProgramState, e: StackCall, to: Address): void {
  const { b } = p;
  const { kind, limit } = e.type;
  p.script.stackLimits.add(limit);
  const flags = BPF_F_FAST_STACK_CMP | (kind === 'ustack' ? BPF_F_USER_STACK : 0);
  const id = b.call(HELPER_IDS.get_stackid, [p.context(), mapAddress(stackMapName(limit)), imm(flags)]);
  b.store(8, to, reg(id));
  const [failed, lost, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('slt', id, imm(0), failed, done, { likely: 'otherwise' });
  p.cold(failed, () => {
    b.branch('eq', id, imm(-EFAULT), done, lost);
    b.setBlock(lost);
    countLoss(p, 'stackLost', done);
  });
  b.setBlock(done);
  if (kind === 'ustack') {
    writeProcess(p, behind(to, 8));
  } else {
    b.store(4, behind(to, 8), imm(0));
    b.store(4, behind(to, 12), imm(p.index));
  }
}
