import {
  FRAME_POINTER,
  isMove,
  type MachineFunction,
  type MachineInstruction,
  type MachineRegister,
  move,
  NO_REGISTER,
  visitMachineDefinitions,
} from './machine.ts';
import { storeBounded } from './store-bounded.ts';

/**
 * Behind the allocation: drops moves between registers that hold the same already, takes a spilled value from a register that still has it, and
 * drops stores to spill places that nothing loads. What a comparison has bounded is stored again (`storeBounded`). A block with one predecessor starts with what that one ended with. `spillsFrom` is the
 * frame's size before spilling: the bytes below hold spilled registers only.
 */
export function forwardValues(fn: MachineFunction, spillsFrom: number): void {
  const isSpill = (insn: MachineInstruction) =>
    (insn.kind === 'load' || insn.kind === 'store') && insn.base === FRAME_POINTER && insn.offset < -spillsFrom;
  const atEnd = new Map<number, Holdings>();
  const compared = new Map<number, readonly number[]>();
  for (const index of fn.order) {
    const block = fn.blocks[index]!;
    const only = block.predecessors.length === 1 ? atEnd.get(block.predecessors[0]!) : undefined;
    const holdings = new Holdings(only);
    block.instructions = block.instructions.flatMap((instruction) => holdings.apply(instruction, isSpill(instruction)));
    atEnd.set(index, holdings);
    if (block.terminator.kind === 'jump') compared.set(index, holdings.placesOf(block.terminator.dst));
  }
  storeBounded(fn, compared, isSpill);
  dropIdleStores(fn, isSpill);
}

/** Drops stores to spill places that are written again, or never loaded, afterwards. */
function dropIdleStores(fn: MachineFunction, isSpill: (insn: MachineInstruction) => boolean): void {
  const loaded = new Set<number>();
  for (const { instructions } of fn.blocks) {
    for (const insn of instructions) if (insn.kind === 'load' && isSpill(insn)) loaded.add(insn.offset);
  }
  for (const block of fn.blocks) {
    const overwritten = new Set<number>();
    const kept = block.instructions.toReversed().filter((insn) => {
      if (!isSpill(insn)) return true;
      if (insn.kind === 'load') overwritten.delete(insn.offset);
      if (insn.kind !== 'store') return true;
      const isIdle = overwritten.has(insn.offset) || !loaded.has(insn.offset);
      overwritten.add(insn.offset);
      return !isIdle;
    });
    block.instructions = kept.reverse();
  }
}

/** Which value each register and each spill place holds: equal names mean equal values. */
class Holdings {
  readonly #registers: Map<MachineRegister, object>;
  readonly #places: Map<number, object>;
  /** Names of the constants that were met. */
  readonly #constants: Map<string, object>;

  constructor(from?: Holdings) {
    this.#registers = new Map(from ? from.#registers : []);
    this.#places = new Map(from ? from.#places : []);
    this.#constants = new Map(from ? from.#constants : []);
  }

  /** The instruction as it should be, none where it has no effect. */
  apply(insn: MachineInstruction, isSpill: boolean): readonly MachineInstruction[] {
    if (isMove(insn) && insn.src !== FRAME_POINTER) return this.#give(insn, insn.dst, this.#nameOf(insn.src));
    const constant = constantKey(insn);
    if (constant !== undefined && 'dst' in insn) {
      const name = this.#constants.get(constant) ?? {};
      this.#constants.set(constant, name);
      return this.#give(insn, insn.dst, name);
    }
    if (isSpill && insn.kind === 'store') {
      const name = this.#nameOf(insn.src);
      if (this.#places.get(insn.offset) === name) return [];
      this.#places.set(insn.offset, name);
      return [insn];
    }
    if (isSpill && insn.kind === 'load') {
      const name = this.#places.get(insn.offset) ?? {};
      this.#places.set(insn.offset, name);
      const holder = this.#holderOf(name);
      return this.#give(holder === undefined ? insn : move(insn.dst, holder, insn.source), insn.dst, name);
    }
    visitMachineDefinitions(insn, (register) => this.#registers.set(register, {}));
    return [insn];
  }

  /** The spill places that hold what a register holds. */
  placesOf(register: MachineRegister): readonly number[] {
    const name = this.#registers.get(register);
    return name === undefined ? [] : [...this.#places].filter(([, held]) => held === name).map(([offset]) => offset);
  }

  #give(insn: MachineInstruction, dst: MachineRegister, name: object): readonly MachineInstruction[] {
    if (this.#registers.get(dst) === name) return [];
    this.#registers.set(dst, name);
    return [insn];
  }

  #nameOf(register: MachineRegister): object {
    const name = this.#registers.get(register) ?? {};
    this.#registers.set(register, name);
    return name;
  }

  #holderOf(name: object): MachineRegister | undefined {
    for (const [register, held] of this.#registers) if (held === name) return register;
    return undefined;
  }
}

/** Equal for instructions that give the same constant. */
function constantKey(insn: MachineInstruction): string | undefined {
  if (insn.kind === 'alu' && insn.op === 'mov' && insn.src === NO_REGISTER) return `${insn.bits} ${insn.imm}`;
  return insn.kind === 'frame-address' ? `frame ${insn.offset}` : undefined;
}
