import { colourGraph } from './colour-graph.ts';
import { insertSpills } from './insert-spills.ts';
import { buildInterferenceGraph } from './interference-graph.ts';
import { type MachineFunction, mapMachineRegisters } from './machine.ts';

/** Spilling gives every register a life of one instruction in the end; this many rounds mean that it does not. */
const MAX_ROUNDS = 64;

/**
 * Gives each virtual register a physical one, in place, by colouring the graph of those that are in use at once. Chosen before linear scan
 * because eBPF has so few registers, with so fixed places: arguments, results and the two sides of a two-operand instruction find the same
 * register without search, and programs are small. Gives the number of registers that went to the frame.
 */
export function allocateRegisters(fn: MachineFunction): { readonly spills: number } {
  const firstTemporary = fn.registerCount;
  let spills = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const graph = buildInterferenceGraph(fn, firstTemporary);
    const { colours, spilled } = colourGraph(graph);
    if (spilled.length === 0) {
      for (const block of fn.blocks) {
        for (const instruction of block.instructions)
          mapMachineRegisters(instruction, (register) => colours[register]!);
        mapMachineRegisters(block.terminator, (register) => colours[register]!);
      }
      return { spills };
    }
    spills += spilled.length;
    insertSpills(fn, spilled, graph.meets);
  }
  throw new Error(`registers of ${fn.name} cannot be allocated`);
}
