import type { Argument, IrFunction, IrInstruction } from '../ir/ir.ts';

/** The functions that a function calls or hands on. */
export function calleesOf(fn: IrFunction): ReadonlySet<string> {
  const callees = new Set<string>();
  const note = (argument: Argument) => {
    if (argument.kind === 'function') callees.add(argument.function);
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      if (instruction.kind === 'call-function') callees.add(instruction.function);
      for (const argument of argumentsOf(instruction)) note(argument);
    }
  }
  return callees;
}

function argumentsOf(insn: IrInstruction): readonly Argument[] {
  if (insn.kind === 'call' || insn.kind === 'call-function') return insn.args;
  return insn.kind === 'address' ? [insn.of] : [];
}
