/**
 * The intermediate representation: functions of basic blocks over virtual 64-bit registers, shaped so that every instruction is one or
 * two of eBPF's. Not SSA: a register may be assigned in several places.
 */
import type { AccessSize, AluOp, AtomicOp, JumpOp, SourceLine } from '@waggle/bpf/asm';

/** A virtual register; dense from 0 within a function. */
export type VirtualRegister = number & { readonly __brand: 'VirtualRegister' };

/** A piece of the frame; dense from 0 within a function. */
export type SlotId = number & { readonly __brand: 'SlotId' };

export type BlockId = number & { readonly __brand: 'BlockId' };

/** A register, or an immediate that fits 32 bits sign-extended (the constructor of `const` takes the others). */
export type Value =
  | { readonly kind: 'register'; readonly register: VirtualRegister }
  | { readonly kind: 'immediate'; readonly value: number };

/** Where memory is accessed: behind a pointer in a register, or in a slot of the frame. */
export type Address =
  | { readonly kind: 'register'; readonly register: VirtualRegister; readonly offset: number }
  | { readonly kind: 'slot'; readonly slot: SlotId; readonly offset: number };

/** What a call may be given: made in the argument register itself, so that it costs no virtual register. */
export type Argument =
  | Value
  | { readonly kind: 'slot-address'; readonly slot: SlotId; readonly offset: number }
  | { readonly kind: 'map'; readonly map: string }
  | { readonly kind: 'map-value'; readonly map: string; readonly offset: number }
  | { readonly kind: 'function'; readonly function: string }
  | { readonly kind: 'constant'; readonly value: bigint }
  /** The context pointer that the program was called with. */
  | { readonly kind: 'context' };

export interface Slot {
  readonly id: SlotId;
  readonly sizeBytes: number;
  readonly align: 1 | 2 | 4 | 8;
  /** For dumps. */
  readonly name: string;
}

interface Sourced {
  readonly source?: SourceLine;
}

export type IrInstruction = Sourced &
  /** `dst = value`, any 64-bit value. */
  (
    | { readonly kind: 'const'; readonly dst: VirtualRegister; readonly value: bigint }
    | { readonly kind: 'copy'; readonly dst: VirtualRegister; readonly src: VirtualRegister }
    /** `dst = left op right`; 32-bit operations clear the upper half. Division and modulo by zero give 0 and `left`, as the machine does. */
    | {
        readonly kind: 'binary';
        readonly op: Exclude<AluOp, 'mov' | 'sdiv' | 'smod'>;
        readonly bits: 32 | 64;
        readonly dst: VirtualRegister;
        readonly left: VirtualRegister;
        readonly right: Value;
      }
    | { readonly kind: 'neg'; readonly dst: VirtualRegister; readonly src: VirtualRegister }
    /** Zero- or sign-extend the low `bits`. */
    | {
        readonly kind: 'extend';
        readonly dst: VirtualRegister;
        readonly src: VirtualRegister;
        readonly bits: 8 | 16 | 32;
        readonly signed: boolean;
      }
    /** To big endian (a swap on little-endian machines), zero-extended. */
    | {
        readonly kind: 'byte-swap';
        readonly dst: VirtualRegister;
        readonly src: VirtualRegister;
        readonly bits: 16 | 32 | 64;
      }
    /** Zero-extends; see `extend` for signed values. */
    | { readonly kind: 'load'; readonly dst: VirtualRegister; readonly size: AccessSize; readonly address: Address }
    | { readonly kind: 'store'; readonly size: AccessSize; readonly address: Address; readonly value: Value }
    /** Without `dst` the old value is not fetched. */
    | {
        readonly kind: 'atomic';
        readonly op: AtomicOp;
        readonly size: 4 | 8;
        readonly address: Address;
        readonly value: VirtualRegister;
        readonly dst?: VirtualRegister;
      }
    /** Addresses as values; the slot counts as used for as long as the register lives. */
    | { readonly kind: 'address'; readonly dst: VirtualRegister; readonly of: Exclude<Argument, Value> }
    | {
        readonly kind: 'call';
        readonly helper: number;
        readonly args: readonly Argument[];
        readonly dst?: VirtualRegister;
      }
    | {
        readonly kind: 'call-function';
        readonly function: string;
        readonly args: readonly Argument[];
        readonly dst?: VirtualRegister;
      }
  );

export type Terminator = Sourced &
  (
    | { readonly kind: 'goto'; readonly target: BlockId }
    /** `likely` hints which way is laid out straight on. */
    | {
        readonly kind: 'branch';
        readonly op: JumpOp;
        readonly bits: 32 | 64;
        readonly left: VirtualRegister;
        readonly right: Value;
        readonly then: BlockId;
        readonly otherwise: BlockId;
        readonly likely?: 'then' | 'otherwise';
      }
    | { readonly kind: 'return'; readonly value: Value }
  );

export interface Block {
  readonly id: BlockId;
  readonly instructions: readonly IrInstruction[];
  readonly terminator: Terminator;
}

export interface IrFunction {
  /** Label of the function in its program: `main` first, then callbacks. */
  readonly name: string;
  /** Registers that hold the parameters on entry (r1, r2, …). For a main function: the context. */
  readonly params: readonly VirtualRegister[];
  /** Entry first; the order is the preferred layout. */
  readonly blocks: readonly Block[];
  readonly registerCount: number;
  readonly slots: readonly Slot[];
}

/** One program: its main function first. */
export interface IrProgram {
  readonly functions: readonly IrFunction[];
}
