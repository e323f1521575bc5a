import type { AccessSize } from '@waggle/bpf/asm';
import type {
  Address,
  Argument,
  Block,
  IrFunction,
  IrInstruction,
  SlotId,
  Value,
  VirtualRegister,
} from '../../ir/ir.ts';
import { definitionOf } from '../../ir/operands.ts';
import { analyseControlFlow, withBlocks, withContents } from '../control-flow.ts';
import { effectsOf } from '../helper-effects.ts';
import { findSlotAccesses, type SlotAccesses } from '../slot-accesses.ts';
import { Knowledge } from './knowledge.ts';

/**
 * Computes nothing twice. Arithmetic and calls that give the same result all through a run (`pid`, `tid`, the cgroup id) are
 * reused wherever the first one dominates; loads within their block, until something may have written there. A load of what the block
 * has just stored in a slot becomes the stored value.
 */
export function reuseResults(fn: IrFunction, flow = analyseControlFlow(fn)): IrFunction {
  const known = new Knowledge(fn, flow);
  const results = new Results(known, flow.dominates);
  const memory = new Memory(findSlotAccesses(fn));
  const blocks = flow.blocks.map((block, index): Block => {
    known.enterBlock(index);
    results.enterBlock(index);
    memory.clear();
    const instructions = block.instructions.map((instruction) => {
      const reused = results.reuse(instruction) ?? memory.reuse(instruction, known) ?? instruction;
      const dst = definitionOf(reused);
      memory.apply(reused);
      if (dst !== undefined) {
        known.define(dst, reused.kind === 'copy' ? { kind: 'copy', of: reused.src } : undefined, 64);
        memory.forget(dst);
      }
      results.remember(reused);
      memory.remember(reused);
      return reused;
    });
    return withContents(block, instructions);
  });
  return withBlocks(fn, flow, blocks);
}

interface Result {
  readonly register: VirtualRegister;
  readonly version: number;
  readonly block: number;
}

/** Results that depend on nothing but their operands. */
class Results {
  readonly #known: Knowledge;
  readonly #dominates: (a: number, b: number) => boolean;
  readonly #results = new Map<string, Result>();
  #block = 0;
  /** Of the instruction between `reuse` and `remember`: its operands may change in between. */
  #key: string | undefined;

  constructor(known: Knowledge, dominates: (a: number, b: number) => boolean) {
    this.#known = known;
    this.#dominates = dominates;
  }

  enterBlock(index: number): void {
    this.#block = index;
  }

  reuse(insn: IrInstruction): IrInstruction | undefined {
    this.#key = this.#keyOf(insn);
    const result = this.#key === undefined ? undefined : this.#results.get(this.#key);
    const dst = definitionOf(insn);
    if (!result || dst === undefined) return undefined;
    const unchanged = this.#known.isValue(result.register)
      ? this.#dominates(result.block, this.#block)
      : result.block === this.#block && result.version === this.#known.version(result.register);
    if (!unchanged) return undefined;
    this.#key = undefined;
    return copy(insn, dst, result.register);
  }

  remember(insn: IrInstruction): void {
    const register = definitionOf(insn);
    if (this.#key === undefined || register === undefined) return;
    this.#results.set(this.#key, { register, version: this.#known.version(register), block: this.#block });
  }

  #keyOf(insn: IrInstruction): string | undefined {
    switch (insn.kind) {
      case 'binary':
        return `${insn.op}${insn.bits} ${this.#name(insn.left)} ${this.#operand(insn.right)}`;
      case 'neg':
        return `neg ${this.#name(insn.src)}`;
      case 'extend':
        return `${insn.signed ? 's' : 'u'}${insn.bits} ${this.#name(insn.src)}`;
      case 'byte-swap':
        return `be${insn.bits} ${this.#name(insn.src)}`;
      case 'call':
        if (!effectsOf(insn.helper).constantInRun || insn.dst === undefined) return undefined;
        return `call ${insn.helper} ${insn.args.map((argument) => this.#operand(argument)).join(' ')}`;
      default:
        return undefined;
    }
  }

  #operand(operand: Argument): string {
    switch (operand.kind) {
      case 'register':
        return this.#name(operand.register);
      case 'immediate':
      case 'constant':
        return `${operand.value}`;
      case 'slot-address':
        return `slot ${operand.slot} ${operand.offset}`;
      case 'map':
        return `map ${operand.map}`;
      case 'map-value':
        return `value ${operand.map} ${operand.offset}`;
      case 'function':
        return `function ${operand.function}`;
      case 'context':
        return 'context';
      default:
        return operand satisfies never;
    }
  }

  /** Copies go by the name of what they copy. */
  #name(copied: VirtualRegister): string {
    const register = this.#known.origin(copied);
    if (this.#known.isValue(register)) return `%${register}`;
    return `%${register}.${this.#known.version(register)}@${this.#block}`;
  }
}

interface Cell {
  readonly offset: number;
  readonly size: AccessSize;
  readonly value: Value;
}

/** What the block has read from memory and written to slots. */
class Memory {
  readonly #accesses: SlotAccesses;
  readonly #slots = new Map<SlotId, Cell[]>();
  /** Behind pointers, by base register. */
  readonly #heap = new Map<VirtualRegister, Cell[]>();

  constructor(accesses: SlotAccesses) {
    this.#accesses = accesses;
  }

  clear(): void {
    this.#slots.clear();
    this.#heap.clear();
  }

  reuse(insn: IrInstruction, known: Knowledge): IrInstruction | undefined {
    if (insn.kind !== 'load') return undefined;
    const { offset } = insn.address;
    const cell = this.#cellsAt(insn.address)?.find((one) => one.offset === offset && one.size === insn.size);
    if (!cell) return undefined;
    if (cell.value.kind === 'immediate') {
      const value = BigInt.asIntN(64, BigInt.asUintN(insn.size * 8, BigInt(cell.value.value)));
      return sourced(insn, { kind: 'const', dst: insn.dst, value });
    }
    const src = cell.value.register;
    if (insn.size === 8 || known.width(src) <= insn.size * 8) return copy(insn, insn.dst, src);
    return sourced(insn, { kind: 'extend', dst: insn.dst, src, bits: (insn.size * 8) as 8 | 16 | 32, signed: false });
  }

  /** Drops what the instruction may overwrite. */
  apply(insn: IrInstruction): void {
    for (const access of this.#accesses.of(insn)) {
      if (!access.writes) continue;
      const cells = this.#slots.get(access.slot);
      if (cells)
        this.#slots.set(
          access.slot,
          cells.filter((cell) => !overlaps(cell, access.from, access.to)),
        );
    }
    if (this.#mayWriteHeap(insn)) this.#heap.clear();
  }

  /** The register is written: what was known by it is gone. */
  forget(register: VirtualRegister): void {
    this.#heap.delete(register);
    for (const all of [this.#slots, this.#heap] as Map<number, Cell[]>[]) {
      for (const [key, cells] of all) {
        if (cells.some((cell) => isRegister(cell.value, register))) {
          all.set(
            key,
            cells.filter((cell) => !isRegister(cell.value, register)),
          );
        }
      }
    }
  }

  remember(insn: IrInstruction): void {
    if (insn.kind === 'load' && insn.address.kind === 'register' && insn.address.register === insn.dst) return;
    if (insn.kind === 'load') this.#add(insn.address, insn.size, { kind: 'register', register: insn.dst });
    if (insn.kind === 'store' && insn.address.kind === 'slot') this.#add(insn.address, insn.size, insn.value);
  }

  #add(address: Address, size: AccessSize, value: Value): void {
    const cells = this.#cellsAt(address) ?? [];
    const cell = { offset: address.offset, size, value };
    if (address.kind === 'slot') {
      if (!this.#accesses.escaped.has(address.slot)) this.#slots.set(address.slot, [...cells, cell]);
    } else if (this.#accesses.pointees(address.register).size === 0) {
      this.#heap.set(address.register, [...cells, cell]);
    }
  }

  #cellsAt(address: Address): Cell[] | undefined {
    return address.kind === 'slot' ? this.#slots.get(address.slot) : this.#heap.get(address.register);
  }

  #mayWriteHeap(insn: IrInstruction): boolean {
    switch (insn.kind) {
      case 'store':
      case 'atomic':
        return insn.address.kind === 'register';
      case 'call':
        return !effectsOf(insn.helper).pure;
      case 'call-function':
        return true;
      default:
        return false;
    }
  }
}

function overlaps(cell: Cell, from: number, to: number): boolean {
  return cell.offset < to && from < cell.offset + cell.size;
}

function isRegister(value: Value, register: VirtualRegister): boolean {
  return value.kind === 'register' && value.register === register;
}

function copy(insn: IrInstruction, dst: VirtualRegister, src: VirtualRegister): IrInstruction {
  return sourced(insn, { kind: 'copy', dst, src });
}

function sourced(from: IrInstruction, to: IrInstruction): IrInstruction {
  return from.source ? { ...to, source: from.source } : to;
}
