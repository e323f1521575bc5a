import type { Address } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { SymbolCall } from '../typed/tree.ts';
import { behind } from './address.ts';
import { pidAndTid } from './current-task.ts';
import type { ProgramState } from './program-state.ts';

/** `usym(a)`: u64 address, u32 tgid, u32 index of the program. */
export function writeUserSymbol(p: ProgramState, e: SymbolCall, to: Address): void {
  p.b.store(8, to, p.scalar(e.address));
  writeProcess(p, behind(to, 8));
}

/** u32 tgid of the current task, u32 index of the program. */
export function writeProcess(p: ProgramState, to: Address): void {
  p.b.store(4, to, reg(p.b.binary('rsh', pidAndTid(p), imm(32))));
  p.b.store(4, behind(to, 4), imm(p.index));
}
