import { BitSet } from '../bit-set.ts';
import {
  FRAME_POINTER,
  givesBounds,
  isMove,
  type MachineFunction,
  type MachineInstruction,
  type MachineRegister,
  type Move,
  visitMachineDefinitions,
  visitMachineUses,
} from './machine.ts';
import { findMachineLiveOut } from './machine-liveness.ts';
import { findRematerialisable } from './rematerialise.ts';

/** r0 to r9. */
export const COLOUR_COUNT = 10;

/** What computing a constant or an address anew costs, beside a load from memory and the store before it. */
const REMATERIALISED = 0.25;

/** Which registers are in use at once, and so cannot share a physical one. */
export interface InterferenceGraph {
  readonly registerCount: number;
  /** Of virtual registers only: physical ones meet too many to list. */
  readonly neighbours: readonly MachineRegister[][];
  readonly moves: readonly Move[];
  /** Executions of instructions that would need memory if the register had none, by register. */
  readonly costs: Float64Array;
  meets(a: MachineRegister, b: MachineRegister): boolean;
  connect(a: MachineRegister, b: MachineRegister): boolean;
}

/**
 * Builds the graph, and on the way drops computations whose result is not read. Registers that spilling has made (from `firstTemporary`
 * on) live so shortly that they must not be spilled again: their cost is infinite.
 */
export function buildInterferenceGraph(fn: MachineFunction, firstTemporary: number): InterferenceGraph {
  const { registerCount } = fn;
  const pairs = new BitSet(registerCount * registerCount);
  const neighbours = Array.from({ length: registerCount }, (): MachineRegister[] => []);
  const moves: Move[] = [];
  const costs = new Float64Array(registerCount);

  const meets = (a: MachineRegister, b: MachineRegister) => pairs.has(a * registerCount + b);
  const connect = (a: MachineRegister, b: MachineRegister) => {
    if (a === b || meets(a, b)) return false;
    pairs.add(a * registerCount + b);
    pairs.add(b * registerCount + a);
    if (a > FRAME_POINTER) neighbours[a]!.push(b);
    if (b > FRAME_POINTER) neighbours[b]!.push(a);
    return true;
  };
  for (let a = 0; a < COLOUR_COUNT; a++) for (let b = 0; b < a; b++) connect(a, b);

  const liveOut = findMachineLiveOut(fn);
  for (const [index, block] of fn.blocks.entries()) {
    const live = liveOut[index]!;
    const { frequency } = block;
    const use = (register: MachineRegister) => {
      costs[register]! += frequency;
      live.add(register);
    };
    const kept: MachineInstruction[] = [];
    visitMachineUses(block.terminator, use);
    if (block.terminator.kind === 'jump' && givesBounds(block.terminator)) {
      // What a comparison proves of a register, older kernels do not know of the memory that it was loaded from: it is stored again.
      costs[block.terminator.dst]! += 4 * frequency;
    }
    for (let position = block.instructions.length - 1; position >= 0; position--) {
      const instruction = block.instructions[position]!;
      if (isDead(instruction, live)) continue;
      kept.push(instruction);
      if (isMove(instruction)) {
        live.delete(instruction.src);
        moves.push(instruction);
      }
      const define = (register: MachineRegister) => {
        costs[register]! += frequency;
        live.add(register);
        live.forEach((other) => {
          connect(register, other);
        });
      };
      visitMachineDefinitions(instruction, (register) => live.add(register));
      visitMachineDefinitions(instruction, define);
      visitMachineDefinitions(instruction, (register) => live.delete(register));
      visitMachineUses(instruction, use);
    }
    block.instructions = kept.reverse();
  }
  for (const register of findRematerialisable(fn).keys()) costs[register]! *= REMATERIALISED;
  costs.fill(Number.POSITIVE_INFINITY, Math.min(firstTemporary, registerCount));
  return { registerCount, neighbours, moves, costs, meets, connect };
}

function isDead(insn: MachineInstruction, live: BitSet): boolean {
  switch (insn.kind) {
    case 'alu':
    case 'neg':
    case 'endian':
    case 'load':
    case 'lddw':
    case 'frame-address':
      return !live.has(insn.dst);
    default:
      return false;
  }
}
