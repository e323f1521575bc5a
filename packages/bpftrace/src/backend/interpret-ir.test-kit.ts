import type {
  Address,
  Argument,
  IrFunction,
  IrInstruction,
  IrProgram,
  SlotId,
  Value,
  VirtualRegister,
} from '../ir/ir.ts';
import { Memory, runHelper } from './memory.test-kit.ts';
import { foldBinary, foldByteSwap, foldComparison, foldExtend } from './optimise/fold.ts';

/** Runs a program of the intermediate representation as it is written. Gives the 64 bits that it returns, unsigned. */
export function interpretIr(program: IrProgram, context: Uint8Array): bigint {
  const memory = new Memory();
  const pointer = memory.allocate(context.length, context);
  return runFunction(program, program.functions[0]!, [pointer], memory);
}

/** Loops of generated programs are far shorter. */
const MAX_STEPS = 100_000;

function runFunction(program: IrProgram, fn: IrFunction, args: readonly bigint[], memory: Memory): bigint {
  const frame = new Frame(program, fn, args, memory);
  let block = fn.blocks[0]!;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    for (const instruction of block.instructions) frame.run(instruction);
    const { terminator } = block;
    if (terminator.kind === 'return') return frame.value(terminator.value);
    let target = terminator.kind === 'goto' ? terminator.target : terminator.otherwise;
    if (terminator.kind === 'branch') {
      const [left, right] = [frame.get(terminator.left), frame.value(terminator.right)];
      if (foldComparison(terminator.op, terminator.bits, left, right)) target = terminator.then;
    }
    block = fn.blocks.find(({ id }) => id === target)!;
  }
  throw new Error(`${fn.name} does not end`);
}

class Frame {
  readonly #program: IrProgram;
  readonly #registers: (bigint | undefined)[];
  readonly #slots: readonly bigint[];
  readonly #args: readonly bigint[];
  readonly #memory: Memory;

  constructor(program: IrProgram, fn: IrFunction, args: readonly bigint[], memory: Memory) {
    this.#program = program;
    this.#registers = new Array(fn.registerCount);
    this.#slots = fn.slots.map(({ sizeBytes }) => memory.allocate(sizeBytes));
    this.#args = args;
    this.#memory = memory;
    for (const [index, register] of fn.params.entries()) this.#set(register, args[index]!);
  }

  get(register: VirtualRegister): bigint {
    const value = this.#registers[register];
    if (value === undefined) throw new Error(`%${register} is read before it is written`);
    return value;
  }

  value(value: Value): bigint {
    return value.kind === 'register' ? this.get(value.register) : BigInt.asUintN(64, BigInt(value.value));
  }

  run(insn: IrInstruction): void {
    switch (insn.kind) {
      case 'const':
        this.#set(insn.dst, insn.value);
        return;
      case 'copy':
        this.#set(insn.dst, this.get(insn.src));
        return;
      case 'binary':
        this.#set(insn.dst, foldBinary(insn.op, insn.bits, this.get(insn.left), this.value(insn.right)));
        return;
      case 'neg':
        this.#set(insn.dst, -this.get(insn.src));
        return;
      case 'extend':
        this.#set(insn.dst, foldExtend(this.get(insn.src), insn.bits, insn.signed));
        return;
      case 'byte-swap':
        this.#set(insn.dst, foldByteSwap(this.get(insn.src), insn.bits, 'little'));
        return;
      case 'load':
        this.#set(insn.dst, this.#memory.read(this.#address(insn.address), insn.size));
        return;
      case 'store':
        this.#memory.write(this.#address(insn.address), insn.size, this.value(insn.value));
        return;
      case 'atomic': {
        const old = this.#memory.atomic(insn.op, this.#address(insn.address), insn.size, this.get(insn.value));
        if (insn.dst !== undefined) this.#set(insn.dst, old);
        return;
      }
      case 'address':
        this.#set(insn.dst, this.#argument(insn.of));
        return;
      case 'call': {
        const result = runHelper(
          insn.helper,
          insn.args.map((argument) => this.#argument(argument)),
          this.#memory,
        );
        if (insn.dst !== undefined) this.#set(insn.dst, result);
        return;
      }
      case 'call-function': {
        const callee = this.#program.functions.find(({ name }) => name === insn.function)!;
        const result = runFunction(
          this.#program,
          callee,
          insn.args.map((argument) => this.#argument(argument)),
          this.#memory,
        );
        if (insn.dst !== undefined) this.#set(insn.dst, result);
        return;
      }
      default:
        insn satisfies never;
    }
  }

  #set(register: VirtualRegister, value: bigint): void {
    this.#registers[register] = BigInt.asUintN(64, value);
  }

  #address(address: Address): bigint {
    const base = address.kind === 'slot' ? this.#slot(address.slot) : this.get(address.register);
    return base + BigInt(address.offset);
  }

  #slot(slot: SlotId): bigint {
    return this.#slots[slot]!;
  }

  #argument(argument: Argument): bigint {
    switch (argument.kind) {
      case 'register':
      case 'immediate':
        return this.value(argument);
      case 'constant':
        return BigInt.asUintN(64, argument.value);
      case 'slot-address':
        return this.#slot(argument.slot) + BigInt(argument.offset);
      case 'context':
        return this.#args[0]!;
      default:
        throw new Error(`no interpretation of ${argument.kind}`);
    }
  }
}
