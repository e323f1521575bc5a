import {
  FIRST_VIRTUAL,
  type MachineFunction,
  type MachineInstruction,
  type MachineRegister,
  NO_REGISTER,
  visitMachineDefinitions,
} from './machine.ts';

/** An instruction that gives the same result anywhere: a constant, the address of a map, of a function or in the frame. */
export type Rematerialisable = MachineInstruction & { readonly kind: 'alu' | 'lddw' | 'frame-address' };

/** Registers that such an instruction alone writes: instead of keeping them in memory it is repeated before each use. */
export function findRematerialisable(fn: MachineFunction): ReadonlyMap<MachineRegister, Rematerialisable> {
  const found = new Map<MachineRegister, Rematerialisable>();
  const written = new Set<MachineRegister>();
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      visitMachineDefinitions(instruction, (register) => {
        if (register < FIRST_VIRTUAL) return;
        if (written.has(register)) found.delete(register);
        else if (isRematerialisable(instruction)) found.set(register, instruction);
        written.add(register);
      });
    }
  }
  return found;
}

function isRematerialisable(insn: MachineInstruction): insn is Rematerialisable {
  if (insn.kind === 'alu') return insn.op === 'mov' && insn.src === NO_REGISTER;
  return insn.kind === 'lddw' || insn.kind === 'frame-address';
}
