import { HELPER_IDS } from '@waggle/bpf/asm';
import type { VirtualRegister } from '../ir/index.ts';
import type { ProgramState } from './program-state.ts';

/** `tgid << 32 | tid` of the current task. */
export function pidAndTid(p: ProgramState): VirtualRegister {
  return p.once('pid and tid', () => p.b.call(HELPER_IDS.get_current_pid_tgid, []));
}

/** The current task as a pointer that the verifier knows the type of (Linux 5.11). */
export function typedCurrentTask(p: ProgramState): VirtualRegister {
  return p.once('curtask', () => p.b.call(HELPER_IDS.get_current_task_btf, []));
}
