import type { Instruction } from '@waggle/bpf/asm';

/** Slots of 8 bytes that instructions take. */
export function countSlots(instructions: readonly Instruction[]): number {
  return instructions.reduce((sum, instruction) => sum + slotsOf(instruction), 0);
}

/** The distance that the longest jump spans, in slots, counted from the one behind it. */
export function longestJump(instructions: readonly Instruction[]): number {
  const labels = new Map<string, number>();
  let slot = 0;
  for (const instruction of instructions) {
    if (instruction.kind === 'label') labels.set(instruction.name, slot);
    slot += slotsOf(instruction);
  }
  let longest = 0;
  slot = 0;
  for (const instruction of instructions) {
    slot += slotsOf(instruction);
    if (instruction.kind !== 'jump' && instruction.kind !== 'goto') continue;
    longest = Math.max(longest, Math.abs(labels.get(instruction.target)! - slot));
  }
  return longest;
}

function slotsOf({ kind }: Instruction): number {
  if (kind === 'label') return 0;
  return kind === 'lddw' ? 2 : 1;
}
