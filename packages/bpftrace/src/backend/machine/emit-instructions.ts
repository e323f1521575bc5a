import type { Instruction, Register, Source, SourceLine } from '@waggle/bpf/asm';
import { INVERTED_COMPARISON } from '../optimise/fold.ts';
import {
  FRAME_POINTER,
  type MachineFunction,
  type MachineInstruction,
  type MachineTerminator,
  NO_REGISTER,
} from './machine.ts';

/**
 * The instructions of an allocated function: its label, then its blocks in order, with labels where something jumps to and jumps only where the
 * next block is another one.
 */
export function emitInstructions(fn: MachineFunction): readonly Instruction[] {
  const emitter = new Emitter(fn);
  return emitter.run();
}

class Emitter {
  readonly #fn: MachineFunction;
  readonly #out: Instruction[] = [];
  /** Empty blocks that only jump on, by number: where they lead. */
  readonly #destinations: readonly number[];

  constructor(fn: MachineFunction) {
    this.#fn = fn;
    this.#destinations = fn.blocks.map((_, index) => this.#follow(index));
  }

  run(): readonly Instruction[] {
    const { name, blocks, order } = this.#fn;
    this.#out.push({ kind: 'label', name, function: true });
    const kept = order.filter((index, position) => position === 0 || this.#destinations[index] === index);
    for (const [position, index] of kept.entries()) {
      const block = blocks[index]!;
      if (position > 0) this.#out.push({ kind: 'label', name: this.#label(index) });
      for (const instruction of block.instructions) this.#out.push(...toInstructions(instruction));
      this.#terminate(block.terminator, kept[position + 1]);
    }
    return withoutIdleLabels(this.#out);
  }

  #terminate(terminator: MachineTerminator, next: number | undefined): void {
    const source = sourceOf(terminator);
    switch (terminator.kind) {
      case 'exit':
        this.#out.push({ kind: 'exit', ...source });
        return;
      case 'goto':
        this.#goto(this.#destinations[terminator.target]!, next, source);
        return;
      case 'jump':
        this.#jump(terminator, next);
        return;
      default:
        terminator satisfies never;
    }
  }

  #jump(terminator: MachineTerminator & { kind: 'jump' }, next: number | undefined): void {
    const source = sourceOf(terminator);
    const [then, otherwise] = [this.#destinations[terminator.then]!, this.#destinations[terminator.otherwise]!];
    if (then === otherwise) {
      this.#goto(then, next, source);
      return;
    }
    const { bits } = terminator;
    const operands = { bits, dst: physical(terminator.dst), src: operand(terminator), ...source };
    if (then === next && terminator.op !== 'set') {
      this.#out.push({
        kind: 'jump',
        op: INVERTED_COMPARISON[terminator.op],
        ...operands,
        target: this.#label(otherwise),
      });
      return;
    }
    this.#out.push({ kind: 'jump', op: terminator.op, ...operands, target: this.#label(then) });
    this.#goto(otherwise, next, source);
  }

  #goto(target: number, next: number | undefined, source: { source?: SourceLine }): void {
    if (target !== next) this.#out.push({ kind: 'goto', target: this.#label(target), ...source });
  }

  #follow(start: number): number {
    let index = start;
    for (let steps = this.#fn.blocks.length; steps > 0; steps--) {
      const { instructions, terminator } = this.#fn.blocks[index]!;
      if (instructions.length > 0 || terminator.kind !== 'goto') return index;
      index = terminator.target;
    }
    // A ring of empty blocks: every one of them stays.
    return start;
  }

  #label(index: number): string {
    return `${this.#fn.name}.${index}`;
  }
}

function withoutIdleLabels(instructions: readonly Instruction[]): readonly Instruction[] {
  const targets = new Set<string>();
  for (const insn of instructions) if (insn.kind === 'jump' || insn.kind === 'goto') targets.add(insn.target);
  return instructions.filter((insn) => insn.kind !== 'label' || insn.function || targets.has(insn.name));
}

function toInstructions(insn: MachineInstruction): readonly Instruction[] {
  const source = sourceOf(insn);
  switch (insn.kind) {
    case 'alu': {
      const { op, bits, signExtend } = insn;
      return [
        {
          kind: 'alu',
          op,
          bits,
          dst: physical(insn.dst),
          src: operand(insn),
          ...(signExtend && { signExtend }),
          ...source,
        },
      ];
    }
    case 'neg':
      return [{ kind: 'neg', bits: 64, dst: physical(insn.dst), ...source }];
    case 'endian':
      return [{ kind: 'endian', to: 'be', bits: insn.bits, dst: physical(insn.dst), ...source }];
    case 'load': {
      const { size, signed, offset } = insn;
      const base = physical(insn.base);
      return [{ kind: 'load', size, ...(signed && { signed }), dst: physical(insn.dst), base, offset, ...source }];
    }
    case 'store':
      return [
        {
          kind: 'store',
          size: insn.size,
          base: physical(insn.base),
          offset: insn.offset,
          src: operand(insn),
          ...source,
        },
      ];
    case 'atomic': {
      const { op, fetch, size, offset } = insn;
      return [
        { kind: 'atomic', op, fetch, size, base: physical(insn.base), offset, src: physical(insn.src), ...source },
      ];
    }
    case 'lddw':
      return [{ kind: 'lddw', dst: physical(insn.dst), value: insn.value, ...source }];
    case 'frame-address': {
      const dst = physical(insn.dst);
      return [
        { kind: 'alu', op: 'mov', bits: 64, dst, src: { reg: FRAME_POINTER }, ...source },
        { kind: 'alu', op: 'add', bits: 64, dst, src: { imm: insn.offset }, ...source },
      ];
    }
    case 'call':
      return [{ kind: 'call', target: insn.target, ...source }];
    default:
      return insn satisfies never;
  }
}

function operand({ src, imm }: { readonly src: number; readonly imm: number }): Source {
  return src === NO_REGISTER ? { imm } : { reg: physical(src) };
}

function physical(register: number): Register {
  return register as Register;
}

function sourceOf({ source }: { readonly source?: SourceLine }): { source?: SourceLine } {
  return source ? { source } : {};
}
