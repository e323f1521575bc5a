import type { Argument, IrInstruction, VirtualRegister } from '../../ir/ir.ts';
import { definitionOf } from '../../ir/operands.ts';
import { effectsOf } from '../helper-effects.ts';
import { copyOf } from './copy-of.ts';
import type { Knowledge } from './knowledge.ts';

interface Result {
  readonly register: VirtualRegister;
  readonly version: number;
  readonly block: number;
}

/** The results, so far, that depend on nothing but their operands. */
export class KnownResults {
  readonly #known: Knowledge;
  readonly #dominates: (a: number, b: number) => boolean;
  readonly #results = new Map<string, Result>();
  readonly #context: VirtualRegister | undefined;
  #block = 0;
  /** Of the instruction between `reuse` and `remember`: its operands may change in between. */
  #key: string | undefined;

  constructor(
    known: Knowledge,
    dominates: (a: number, b: number) => boolean,
    /** The register of a context that nothing writes through. */
    context: VirtualRegister | undefined,
  ) {
    this.#known = known;
    this.#context = context;
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
    return copyOf(insn, dst, result.register);
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
      case 'load': {
        const { address } = insn;
        if (address.kind === 'slot' || address.register !== this.#context || !this.#known.isValue(address.register))
          return undefined;
        return `load${insn.size} ${address.offset}`;
      }
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
