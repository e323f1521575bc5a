import type { AccessSize } from '@waggle/bpf/asm';
import type { Address, IrInstruction, SlotId, Value, VirtualRegister } from '../../ir/ir.ts';
import { effectsOf } from '../helper-effects.ts';
import type { SlotAccesses } from '../slot-accesses.ts';
import { copyOf, sourced } from './copy-of.ts';
import type { Knowledge } from './knowledge.ts';

interface Cell {
  readonly offset: number;
  readonly size: AccessSize;
  readonly value: Value;
}

/** What the block has read from memory and written to slots. */
export class KnownMemory {
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
    if (insn.size === 8 || known.width(src) <= insn.size * 8) return copyOf(insn, insn.dst, src);
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
