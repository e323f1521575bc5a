import type { CallTarget, Imm64, SourceLine } from '@waggle/bpf/asm';
import type { Address, Argument, IrFunction, IrInstruction, Terminator, Value, VirtualRegister } from '../../ir/ir.ts';
import { definitionOf, visitUses } from '../../ir/operands.ts';
import { fitsImmediate } from '../../ir/values.ts';
import type { ControlFlow } from '../control-flow.ts';
import type { FrameLayout } from '../frame-layout.ts';
import { findLiveOut } from '../ir-liveness.ts';
import { isCommutative } from '../optimise/fold.ts';
import type { BlockOrder } from '../order-blocks.ts';
import {
  FIRST_VIRTUAL,
  FRAME_POINTER,
  type MachineBlock,
  type MachineFunction,
  type MachineInstruction,
  type MachineRegister,
  type MachineTerminator,
  move,
  NO_REGISTER,
} from './machine.ts';

export interface SelectionInput {
  readonly fn: IrFunction;
  readonly flow: ControlFlow;
  readonly frame: FrameLayout;
  readonly order: BlockOrder;
  /** 4: sign-extending moves and loads (Linux 6.6). */
  readonly isa: 3 | 4;
  /** False for functions that are called, or handed to helpers. */
  readonly isMain: boolean;
}

/**
 * The machine's two-operand instructions for a function, over virtual registers. Parameters, arguments and results are moves from and to
 * physical registers, which the allocator mostly makes vanish. Block 0 takes the parameters; block `n` of the flow becomes block `n + 1`.
 */
export function selectInstructions(input: SelectionInput): MachineFunction {
  const { fn, flow, frame, order } = input;
  const selector = new Selector(input);
  const liveOut = findLiveOut(fn, flow);
  const blocks = flow.blocks.map((block, index): MachineBlock => {
    const dying = findDying(block.instructions, block.terminator, (register) => liveOut[index]!.has(register));
    for (let position = 0; position < block.instructions.length; position++) {
      const signed = input.isa >= 4 && signedLoad(block.instructions, position, dying);
      if (signed) position++;
      selector.select(signed || block.instructions[position]!, dying[position]!);
    }
    const terminator = selector.selectTerminator(block.terminator);
    return {
      instructions: selector.take(),
      terminator,
      successors: flow.successors[index]!.map((target) => target + 1),
      predecessors:
        index === 0
          ? [0, ...flow.predecessors[0]!.map((from) => from + 1)]
          : flow.predecessors[index]!.map((from) => from + 1),
      frequency: order.frequency[index]!,
    };
  });
  const prologue: MachineBlock = {
    instructions: selector.takeParameters(),
    terminator: { kind: 'goto', target: 1 },
    successors: [1],
    predecessors: [],
    frequency: 1,
  };
  return {
    name: fn.name,
    blocks: [prologue, ...blocks],
    order: [0, ...order.order.map((index) => index + 1)],
    registerCount: selector.registerCount,
    frameBytes: frame.sizeBytes,
  };
}

/** By instruction: the registers that it is the last to read. */
function findDying(
  instructions: readonly IrInstruction[],
  terminator: Terminator,
  isLiveOut: (register: VirtualRegister) => boolean,
): readonly ReadonlySet<VirtualRegister>[] {
  const dying: Set<VirtualRegister>[] = [];
  const later = new Map<VirtualRegister, boolean>();
  const isLive = (register: VirtualRegister) => later.get(register) ?? isLiveOut(register);
  visitUses(terminator, (register) => later.set(register, true));
  for (const instruction of instructions.toReversed()) {
    const last = new Set<VirtualRegister>();
    const dst = definitionOf(instruction);
    if (dst !== undefined) later.set(dst, false);
    visitUses(instruction, (register) => {
      if (!isLive(register)) last.add(register);
    });
    visitUses(instruction, (register) => later.set(register, true));
    dying.push(last);
  }
  return dying.reverse();
}

/** A load whose result is only sign-extended, as one that does both. */
function signedLoad(
  instructions: readonly IrInstruction[],
  position: number,
  dying: readonly ReadonlySet<VirtualRegister>[],
): SignedLoad | undefined {
  const [load, extend] = [instructions[position]!, instructions[position + 1]];
  if (load.kind !== 'load' || extend?.kind !== 'extend' || !extend.signed || extend.bits !== load.size * 8)
    return undefined;
  if (extend.src !== load.dst || !dying[position + 1]!.has(load.dst)) return undefined;
  return { ...load, dst: extend.dst, signed: true };
}

type SignedLoad = IrInstruction & { readonly kind: 'load'; readonly signed: true };

class Selector {
  readonly #input: SelectionInput;
  #instructions: MachineInstruction[] = [];
  #source: SourceLine | undefined;
  #context: MachineRegister | undefined;
  registerCount: number;

  constructor(input: SelectionInput) {
    this.#input = input;
    this.registerCount = FIRST_VIRTUAL + input.fn.registerCount;
  }

  /** What was selected since the last time. */
  take(): MachineInstruction[] {
    const taken = this.#instructions;
    this.#instructions = [];
    return taken;
  }

  /** The context has a register of its own where it is asked for by name: a script's code may write the parameter. */
  takeParameters(): MachineInstruction[] {
    this.#source = undefined;
    if (this.#context !== undefined) this.#move(this.#context, 1);
    for (const [index, register] of this.#input.fn.params.entries()) {
      this.#move(virtual(register), index === 0 && this.#context !== undefined ? this.#context : index + 1);
    }
    return this.take();
  }

  select(insn: IrInstruction | SignedLoad, dying: ReadonlySet<VirtualRegister>): void {
    this.#source = insn.source;
    switch (insn.kind) {
      case 'const':
        this.#constant(virtual(insn.dst), insn.value);
        return;
      case 'copy':
        this.#move(virtual(insn.dst), virtual(insn.src));
        return;
      case 'binary':
        this.#binary(insn, dying);
        return;
      case 'neg':
        this.#move(virtual(insn.dst), virtual(insn.src));
        this.#add({ kind: 'neg', dst: virtual(insn.dst) });
        return;
      case 'extend':
        this.#extend(insn);
        return;
      case 'byte-swap':
        this.#move(virtual(insn.dst), virtual(insn.src));
        this.#add({ kind: 'endian', bits: insn.bits, dst: virtual(insn.dst) });
        return;
      case 'load':
        this.#load(insn);
        return;
      case 'store':
        this.#add({ kind: 'store', size: insn.size, ...this.#address(insn.address), ...operand(insn.value) });
        return;
      case 'atomic':
        this.#atomic(insn);
        return;
      case 'address':
        this.#argument(virtual(insn.dst), insn.of);
        return;
      case 'call':
        this.#call({ kind: 'helper', id: insn.helper }, insn.args, insn.dst);
        return;
      case 'call-function':
        this.#call({ kind: 'function', label: insn.function }, insn.args, insn.dst);
        return;
      default:
        insn satisfies never;
    }
  }

  selectTerminator(terminator: Terminator): MachineTerminator {
    const source = terminator.source && { source: terminator.source };
    const block = (id: number) => this.#input.flow.indexOf.get(id as never)! + 1;
    switch (terminator.kind) {
      case 'goto':
        return { kind: 'goto', target: block(terminator.target), ...source };
      case 'branch': {
        const { op, bits, left, right, then, otherwise } = terminator;
        const operands = { op, bits, dst: virtual(left), ...operand(right) };
        return { kind: 'jump', ...operands, then: block(then), otherwise: block(otherwise), ...source };
      }
      case 'return':
        this.#source = terminator.source;
        this.#argument(0, terminator.value);
        return { kind: 'exit', ...source };
      default:
        return terminator satisfies never;
    }
  }

  #add(instruction: MachineInstruction): void {
    this.#instructions.push(this.#source ? { ...instruction, source: this.#source } : instruction);
  }

  #move(dst: MachineRegister, src: MachineRegister): void {
    if (dst !== src) this.#instructions.push(move(dst, src, this.#source));
  }

  #aluImmediate(op: 'mov' | 'and' | 'lsh' | 'arsh', bits: 32 | 64, dst: MachineRegister, imm: number): void {
    this.#add({ kind: 'alu', op, bits, dst, src: NO_REGISTER, imm });
  }

  /** One slot wherever the value is one of 32 bits, signed or not. */
  #constant(dst: MachineRegister, value: bigint): void {
    const signed = BigInt.asIntN(64, value);
    if (fitsImmediate(signed)) this.#aluImmediate('mov', 64, dst, Number(signed));
    else if (signed > 0n && signed <= 0xffff_ffffn) this.#aluImmediate('mov', 32, dst, Number(signed) | 0);
    else this.#load64(dst, { kind: 'const', value: signed });
  }

  #load64(dst: MachineRegister, value: Imm64): void {
    this.#add({ kind: 'lddw', dst, value });
  }

  /** `dst = left op right` as `dst = left; dst op= right`, or with the sides changed where that saves the copy. */
  #binary(insn: IrInstruction & { kind: 'binary' }, dying: ReadonlySet<VirtualRegister>): void {
    const { op, bits } = insn;
    const [dst, left] = [virtual(insn.dst), virtual(insn.left)];
    const apply = (to: MachineRegister, value: Value) =>
      this.#add({ kind: 'alu', op, bits, dst: to, ...operand(value) });
    if (insn.right.kind === 'register') {
      const right = insn.right.register;
      const leftValue: Value = { kind: 'register', register: insn.left };
      if (insn.dst === right && insn.dst !== insn.left) {
        if (this.#mayTurn(insn)) {
          apply(dst, leftValue);
          return;
        }
        const result = this.registerCount++;
        this.#move(result, left);
        apply(result, insn.right);
        this.#move(dst, result);
        return;
      }
      if (insn.dst !== insn.left && this.#mayTurn(insn) && dying.has(right) && !dying.has(insn.left)) {
        this.#move(dst, virtual(right));
        apply(dst, leftValue);
        return;
      }
    }
    this.#move(dst, left);
    apply(dst, insn.right);
  }

  /**
   * Whether the sides may change places. Not where the left one may be an address: of `number += pointer` the verifier forgets in whose frame the
   * pointer is (adjust_ptr_min_max_vals, kernel/bpf/verifier.c, copies no `frameno`) and takes it to be that of the main function.
   */
  #mayTurn({ op, bits }: IrInstruction & { kind: 'binary' }): boolean {
    return isCommutative(op) && (this.#input.isMain || op !== 'add' || bits === 32);
  }

  #extend({ dst: to, src: from, bits, signed }: IrInstruction & { kind: 'extend' }): void {
    const [dst, src] = [virtual(to), virtual(from)];
    if (signed && this.#input.isa >= 4) {
      this.#add({ kind: 'alu', op: 'mov', bits: 64, dst, src, imm: 0, signExtend: bits });
    } else if (signed) {
      this.#move(dst, src);
      this.#aluImmediate('lsh', 64, dst, 64 - bits);
      this.#aluImmediate('arsh', 64, dst, 64 - bits);
    } else if (bits === 32) {
      this.#add({ kind: 'alu', op: 'mov', bits: 32, dst, src, imm: 0 });
    } else {
      this.#move(dst, src);
      this.#aluImmediate('and', 64, dst, (1 << bits) - 1);
    }
  }

  #load(insn: (IrInstruction & { kind: 'load' }) | SignedLoad): void {
    const { size } = insn;
    this.#add({ kind: 'load', size, signed: 'signed' in insn, dst: virtual(insn.dst), ...this.#address(insn.address) });
  }

  /** Exchanging always fetches, into a register that may be lost. */
  #atomic(insn: IrInstruction & { kind: 'atomic' }): void {
    const { op, size } = insn;
    const fetch = insn.dst !== undefined || op === 'xchg';
    const address = this.#address(insn.address);
    if (!fetch) {
      this.#add({ kind: 'atomic', op, fetch, size, ...address, src: virtual(insn.value) });
      return;
    }
    const value = this.registerCount++;
    this.#move(value, virtual(insn.value));
    this.#add({ kind: 'atomic', op, fetch, size, ...address, src: value });
    if (insn.dst !== undefined) this.#move(virtual(insn.dst), value);
  }

  /** Registers first: their physical ones may still hold what another argument needs. */
  #call(target: CallTarget, args: readonly Argument[], dst: VirtualRegister | undefined): void {
    const inRegister = (argument: Argument) => argument.kind === 'register' || argument.kind === 'context';
    for (const [index, argument] of args.entries()) if (inRegister(argument)) this.#argument(index + 1, argument);
    for (const [index, argument] of args.entries()) if (!inRegister(argument)) this.#argument(index + 1, argument);
    this.#add({ kind: 'call', target, argumentCount: args.length });
    if (dst !== undefined) this.#move(virtual(dst), 0);
  }

  #argument(dst: MachineRegister, argument: Argument): void {
    switch (argument.kind) {
      case 'register':
        this.#move(dst, virtual(argument.register));
        return;
      case 'immediate':
        this.#aluImmediate('mov', 64, dst, argument.value);
        return;
      case 'constant':
        this.#constant(dst, argument.value);
        return;
      case 'map':
      case 'map-value':
        this.#load64(dst, argument);
        return;
      case 'function':
        this.#load64(dst, { kind: 'function', label: argument.function });
        return;
      case 'slot-address':
        this.#add({ kind: 'frame-address', dst, offset: this.#slotOffset(argument.slot) + argument.offset });
        return;
      case 'context':
        this.#context ??= this.registerCount++;
        this.#move(dst, this.#context);
        return;
      default:
        argument satisfies never;
    }
  }

  #address(address: Address): { base: MachineRegister; offset: number } {
    if (address.kind === 'register') return { base: virtual(address.register), offset: address.offset };
    return { base: FRAME_POINTER, offset: this.#slotOffset(address.slot) + address.offset };
  }

  #slotOffset(slot: number): number {
    return this.#input.frame.offsets.get(slot)!;
  }
}

function virtual(register: VirtualRegister): MachineRegister {
  return FIRST_VIRTUAL + register;
}

function operand(value: Value): { src: MachineRegister; imm: number } {
  return value.kind === 'register' ? { src: virtual(value.register), imm: 0 } : { src: NO_REGISTER, imm: value.value };
}
