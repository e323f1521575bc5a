import type { AccessSize, AtomicOp, JumpOp, SourceLine } from '@waggle/bpf/asm';
import type {
  Address,
  Argument,
  Block,
  BlockId,
  IrFunction,
  IrInstruction,
  Slot,
  SlotId,
  Terminator,
  Value,
  VirtualRegister,
} from './ir.ts';
import { fitsImmediate, imm, reg } from './values.ts';

/** The operations of the `binary` instruction. */
export type BinaryOp = Extract<IrInstruction, { kind: 'binary' }>['op'];

export interface BranchOptions {
  /** Width that is compared; default 64. */
  readonly bits?: 32 | 64;
  /** Which way is laid out straight on. */
  readonly likely?: 'then' | 'otherwise';
}

interface OpenBlock {
  readonly id: BlockId;
  readonly instructions: IrInstruction[];
  terminator?: Terminator;
}

/**
 * Builds one function, instruction by instruction, into the current block.
 *
 * Methods that compute a value return its register: a new one, or `dst` where it is given. A terminator closes the current block.
 * What is added after it, before the next `setBlock`, is unreachable: instructions go to a block that the back end removes,
 * terminators are ignored. So a statement list that ends early needs no care of its caller.
 *
 * Everything added carries `source`, the current line of the script.
 */
export class FunctionBuilder {
  readonly name: string;
  /** Registers of the parameters; for a main function, the context. */
  readonly params: readonly VirtualRegister[];
  /** The line of the script that the next instructions come from. */
  source: SourceLine | undefined;

  readonly #blocks: OpenBlock[] = [];
  readonly #placed = new Map<BlockId, OpenBlock>();
  readonly #slots: Slot[] = [];
  #registerCount = 0;
  #blockCount = 0;
  #current: OpenBlock | undefined;

  /** Starts with an empty entry block as the current one. */
  constructor(name: string, parameterCount = 1) {
    this.name = name;
    this.params = Array.from({ length: parameterCount }, () => this.newRegister());
    this.setBlock(this.newBlock());
  }

  // Storage and blocks ---------------------------------------------------------------------------------------------------

  newRegister(): VirtualRegister {
    return this.#registerCount++ as VirtualRegister;
  }

  /** `sizeBytes` of the frame, uninitialised. Slots that are not in use at the same time share bytes. */
  newSlot(sizeBytes: number, align: Slot['align'], name: string): SlotId {
    const id = this.#slots.length as SlotId;
    this.#slots.push({ id, sizeBytes, align, name });
    return id;
  }

  /** Reserves a block that `setBlock` places later: blocks are laid out in the order in which they are placed. */
  newBlock(): BlockId {
    return this.#blockCount++ as BlockId;
  }

  /** Makes a block the current one. An open block falls through to it. A closed block cannot be entered again. */
  setBlock(id: BlockId): void {
    this.goto(id);
    let block = this.#placed.get(id);
    if (block?.terminator) throw new Error(`block ${id} of ${this.name} is already closed`);
    if (!block) {
      block = { id, instructions: [] };
      this.#blocks.push(block);
      this.#placed.set(id, block);
    }
    this.#current = block;
  }

  /** Whether control can come here: the current block is not closed. */
  get reachable(): boolean {
    return this.#current !== undefined;
  }

  /** Adds any instruction; its own source line wins over the current one. */
  append(instruction: IrInstruction): void {
    if (!this.#current) this.setBlock(this.newBlock());
    this.#current!.instructions.push(this.#withSource(instruction));
  }

  // Values ---------------------------------------------------------------------------------------------------------------

  /** An operand for any 64-bit value: an immediate, or a register that holds the constant. */
  value(value: number | bigint): Value {
    return fitsImmediate(value) ? imm(value) : reg(this.const(value));
  }

  /** The register of a value; constants are materialised. */
  register(value: Value): VirtualRegister {
    return value.kind === 'register' ? value.register : this.const(value.value);
  }

  const(value: number | bigint, dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'const', dst, value: BigInt.asIntN(64, BigInt(value)) });
    return dst;
  }

  copy(src: VirtualRegister, dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'copy', dst, src });
    return dst;
  }

  /** Assigns a register, whatever the value is. */
  assign(dst: VirtualRegister, value: Value): void {
    if (value.kind === 'register') this.copy(value.register, dst);
    else this.const(value.value, dst);
  }

  binary(
    op: BinaryOp,
    left: VirtualRegister,
    right: Value,
    bits: 32 | 64 = 64,
    dst = this.newRegister(),
  ): VirtualRegister {
    this.append({ kind: 'binary', op, bits, dst, left, right });
    return dst;
  }

  neg(src: VirtualRegister, dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'neg', dst, src });
    return dst;
  }

  extend(src: VirtualRegister, bits: 8 | 16 | 32, signed: boolean, dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'extend', dst, src, bits, signed });
    return dst;
  }

  byteSwap(src: VirtualRegister, bits: 16 | 32 | 64, dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'byte-swap', dst, src, bits });
    return dst;
  }

  address(of: Exclude<Argument, Value>, dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'address', dst, of });
    return dst;
  }

  // Memory ---------------------------------------------------------------------------------------------------------------

  /** Zero-extends. */
  load(size: AccessSize, address: Address, dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'load', dst, size, address });
    return dst;
  }

  store(size: AccessSize, address: Address, value: Value): void {
    this.append({ kind: 'store', size, address, value });
  }

  /** Does not fetch the old value. */
  atomic(op: AtomicOp, size: 4 | 8, address: Address, value: VirtualRegister): void {
    this.append({ kind: 'atomic', op, size, address, value });
  }

  /** Gives the old value (Linux 5.12). */
  atomicFetch(
    op: AtomicOp,
    size: 4 | 8,
    address: Address,
    value: VirtualRegister,
    dst = this.newRegister(),
  ): VirtualRegister {
    this.append({ kind: 'atomic', op, size, address, value, dst });
    return dst;
  }

  // Calls ----------------------------------------------------------------------------------------------------------------

  /** Calls a helper by number and gives its result. */
  call(helper: number, args: readonly Argument[], dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'call', helper, args, dst });
    return dst;
  }

  /** Calls a helper whose result does not matter. */
  callVoid(helper: number, args: readonly Argument[]): void {
    this.append({ kind: 'call', helper, args });
  }

  callFunction(name: string, args: readonly Argument[], dst = this.newRegister()): VirtualRegister {
    this.append({ kind: 'call-function', function: name, args, dst });
    return dst;
  }

  // Terminators ----------------------------------------------------------------------------------------------------------

  goto(target: BlockId): void {
    this.#close({ kind: 'goto', target });
  }

  branch(
    op: JumpOp,
    left: VirtualRegister,
    right: Value,
    then: BlockId,
    otherwise: BlockId,
    options: BranchOptions = {},
  ): void {
    const { bits = 64, likely } = options;
    this.#close({ kind: 'branch', op, bits, left, right, then, otherwise, ...(likely && { likely }) });
  }

  return(value: Value = imm(0)): void {
    this.#close({ kind: 'return', value });
  }

  /**
   * The finished function.
   * @throws Error where a block is open, or was a target but never placed: a mistake of the compiler, not of a script.
   */
  build(): IrFunction {
    const blocks = this.#blocks.map(({ id, instructions, terminator }): Block => {
      if (!terminator) throw new Error(`block ${id} of ${this.name} has no terminator`);
      for (const target of targetsOf(terminator)) {
        if (!this.#placed.has(target))
          throw new Error(`block ${target} of ${this.name} is jumped to but was never placed`);
      }
      return { id, instructions, terminator };
    });
    return { name: this.name, params: this.params, blocks, registerCount: this.#registerCount, slots: this.#slots };
  }

  #close(terminator: Terminator): void {
    if (!this.#current) return;
    this.#current.terminator = this.#withSource(terminator);
    this.#current = undefined;
  }

  #withSource<T extends IrInstruction | Terminator>(item: T): T {
    return this.source && !item.source ? { ...item, source: this.source } : item;
  }
}

function targetsOf(terminator: Terminator): readonly BlockId[] {
  if (terminator.kind === 'goto') return [terminator.target];
  return terminator.kind === 'branch' ? [terminator.then, terminator.otherwise] : [];
}
