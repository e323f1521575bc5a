import type { IrInstruction, VirtualRegister } from '../../ir/ir.ts';

/** What takes the place of an instruction whose result is in `src` already; it keeps the source line. */
export function copyOf(insn: IrInstruction, dst: VirtualRegister, src: VirtualRegister): IrInstruction {
  return sourced(insn, { kind: 'copy', dst, src });
}

/** `to` with the source line of the instruction that it replaces. */
export function sourced(from: IrInstruction, to: IrInstruction): IrInstruction {
  return from.source ? { ...to, source: from.source } : to;
}
