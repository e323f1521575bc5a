import { HELPER_IDS } from '@waggle/bpf/asm';
import { type Address, imm } from '../ir/index.ts';
import { zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';

/** Bytes of a task's `comm`. */
export const COMM_BYTES = 16;

/** Writes the current task's name, with zeros behind it: until Linux 6.4 the helper leaves what is behind the NUL as it was. */
export function writeCurrentComm(p: ProgramState, to: Address, sizeBytes: number): void {
  if (!p.script.kernelHas(6, 4)) zeroBytes(p.b, to, sizeBytes);
  p.b.callVoid(HELPER_IDS.get_current_comm, [p.argument(to), imm(sizeBytes)]);
}
