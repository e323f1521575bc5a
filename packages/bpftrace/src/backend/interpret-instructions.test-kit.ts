import type { Instruction, Register, Source } from '@waggle/bpf/asm';
import type { BinaryOp } from '../ir/function-builder.ts';
import { Memory, runHelper } from './memory.test-kit.ts';
import { foldBinary, foldByteSwap, foldComparison, foldExtend } from './optimise/fold.ts';

/** Runs instructions as the machine does, and complains of what the verifier complains of: registers and bytes read before they are written. */
export function interpretInstructions(instructions: readonly Instruction[], context: Uint8Array): bigint {
  const memory = new Memory();
  return new Machine(instructions, memory).call(0, [memory.allocate(context.length, context)]);
}

const FRAME_BYTES = 512;
const MAX_STEPS = 1_000_000;

class Machine {
  readonly #instructions: readonly Instruction[];
  readonly #labels: ReadonlyMap<string, number>;
  readonly #memory: Memory;
  #steps = 0;

  constructor(instructions: readonly Instruction[], memory: Memory) {
    this.#instructions = instructions;
    this.#memory = memory;
    this.#labels = new Map(
      instructions.flatMap((insn, index) => (insn.kind === 'label' ? [[insn.name, index] as const] : [])),
    );
  }

  call(start: number, args: readonly bigint[]): bigint {
    const registers: (bigint | undefined)[] = [undefined, ...args];
    registers[10] = this.#memory.allocate(FRAME_BYTES) + BigInt(FRAME_BYTES);
    for (let at = start; ; ) {
      if (this.#steps++ > MAX_STEPS) throw new Error('the program does not end');
      const insn = this.#instructions[at];
      if (!insn) throw new Error('control runs behind the last instruction');
      if (insn.kind === 'exit') return read(registers, 0);
      at = this.#step(insn, registers) ?? at + 1;
    }
  }

  /** Gives the index to go on at, where it is not the next one. */
  #step(insn: Instruction, registers: (bigint | undefined)[]): number | undefined {
    const get = (register: Register) => read(registers, register);
    const set = (register: Register, value: bigint) => {
      registers[register] = BigInt.asUintN(64, value);
      return undefined;
    };
    const source = (src: Source) => ('reg' in src ? get(src.reg) : BigInt.asUintN(64, BigInt(src.imm)));
    switch (insn.kind) {
      case 'label':
        return undefined;
      case 'alu':
        if (insn.op === 'mov') {
          if (insn.signExtend) return set(insn.dst, foldExtend(source(insn.src), insn.signExtend, true));
          return set(insn.dst, BigInt.asUintN(insn.bits, source(insn.src)));
        }
        return set(insn.dst, foldBinary(insn.op as BinaryOp, insn.bits, get(insn.dst), source(insn.src)));
      case 'neg':
        return set(insn.dst, -get(insn.dst));
      case 'endian':
        return set(insn.dst, foldByteSwap(get(insn.dst), insn.bits, 'little'));
      case 'load':
        return set(
          insn.dst,
          foldExtend(
            this.#memory.read(get(insn.base) + BigInt(insn.offset), insn.size),
            insn.size * 8,
            insn.signed === true,
          ),
        );
      case 'store':
        this.#memory.write(get(insn.base) + BigInt(insn.offset), insn.size, source(insn.src));
        return undefined;
      case 'atomic': {
        const old = this.#memory.atomic(insn.op, get(insn.base) + BigInt(insn.offset), insn.size, get(insn.src));
        return insn.fetch ? set(insn.src, old) : undefined;
      }
      case 'lddw':
        if (insn.value.kind !== 'const') throw new Error(`no interpretation of ${insn.value.kind}`);
        return set(insn.dst, insn.value.value);
      case 'jump':
        return foldComparison(insn.op, insn.bits, get(insn.dst), source(insn.src))
          ? this.#label(insn.target)
          : undefined;
      case 'goto':
        return this.#label(insn.target);
      case 'call': {
        const args = registers.slice(1, 6).map((value) => value ?? 0n);
        const result =
          insn.target.kind === 'function'
            ? this.call(this.#label(insn.target.label), args)
            : this.#help(insn.target, args);
        registers.fill(undefined, 1, 6);
        return set(0, result);
      }
      default:
        throw new Error(`no interpretation of ${insn.kind}`);
    }
  }

  #help(target: { readonly kind: string; readonly id?: number }, args: readonly bigint[]): bigint {
    if (target.id === undefined) throw new Error(`no interpretation of ${target.kind}`);
    return runHelper(target.id, args, this.#memory);
  }

  #label(name: string): number {
    const index = this.#labels.get(name);
    if (index === undefined) throw new Error(`no label ${name}`);
    return index;
  }
}

function read(registers: readonly (bigint | undefined)[], register: number): bigint {
  const value = registers[register];
  if (value === undefined) throw new Error(`r${register} is read before it is written`);
  return value;
}
