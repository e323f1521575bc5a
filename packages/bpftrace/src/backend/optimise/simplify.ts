import type {
  Address,
  Argument,
  Block,
  BlockId,
  IrFunction,
  IrInstruction,
  Terminator,
  Value,
  VirtualRegister,
} from '../../ir/ir.ts';
import { definitionOf } from '../../ir/operands.ts';
import { constant, fitsImmediate, imm, reg } from '../../ir/values.ts';
import { analyseControlFlow, type ControlFlow, withBlocks, withContents } from '../control-flow.ts';
import { sourced } from './copy-of.ts';
import { foldByteSwap, foldComparison, foldExtend, SWAPPED_COMPARISON } from './fold.ts';
import { type Fact, Knowledge } from './knowledge.ts';
import { widthOf } from './known-width.ts';
import { simplifyBinary } from './simplify-binary.ts';

/**
 * Rewrites each instruction by what is known of its operands: constants are folded and become immediates, copies and sums are looked
 * through, operations get cheaper, extensions of what is narrow already go, branches on constants are decided. It removes nothing: what
 * is no longer read is left for `eliminateDeadCode`.
 */
export function simplify(fn: IrFunction, byteOrder: 'little' | 'big', flow = analyseControlFlow(fn)): IrFunction {
  const known = new Knowledge(fn, flow);
  const rewrite = new Rewrite(fn, known, byteOrder);
  const blocks = flow.blocks.map((block, index): Block => {
    known.enterBlock(index);
    learnFromBranch(flow, index, known);
    const instructions = block.instructions.map((instruction) => {
      const simplified = rewrite.instruction(instruction);
      const dst = definitionOf(simplified);
      if (dst !== undefined)
        known.define(
          dst,
          factOf(simplified),
          widthOf(simplified, (register) => known.width(register)),
        );
      return simplified;
    });
    return withContents(block, instructions, rewrite.terminator(block.terminator));
  });
  return withBlocks(fn, flow, blocks);
}

/** Behind `branch x eq 7 then …`, where nothing else leads there, x is 7. */
function learnFromBranch(flow: ControlFlow, index: number, known: Knowledge): void {
  const [from, ...others] = flow.predecessors[index]!;
  if (from === undefined || others.length > 0) return;
  const { terminator } = flow.blocks[from]!;
  if (terminator.kind !== 'branch' || terminator.bits !== 64 || terminator.right.kind !== 'immediate') return;
  if (terminator.then === terminator.otherwise) return;
  const isThen = terminator.then === flow.blocks[index]!.id;
  if (terminator.op !== (isThen ? 'eq' : 'ne')) return;
  known.learn(terminator.left, BigInt.asUintN(64, BigInt(terminator.right.value)));
}

function factOf(insn: IrInstruction): Fact | undefined {
  switch (insn.kind) {
    case 'const':
      return { kind: 'const', value: BigInt.asUintN(64, insn.value) };
    case 'copy':
      return { kind: 'copy', of: insn.src };
    case 'address':
      return { kind: 'address', of: insn.of };
    case 'extend':
      return { kind: 'low', of: insn.src, bits: insn.bits };
    case 'binary':
      return factOfBinary(insn);
    default:
      return undefined;
  }
}

function factOfBinary({ op, bits, left, right }: IrInstruction & { kind: 'binary' }): Fact | undefined {
  if (right.kind !== 'immediate') return undefined;
  if (op === 'add' && bits === 64) return { kind: 'sum', base: left, addend: right.value };
  // A mask leaves the bits below its lowest zero.
  if (op === 'and')
    return {
      kind: 'low',
      of: left,
      bits: right.value === -1 ? bits : Math.min(31, 31 - Math.clz32(~right.value & -~right.value)),
    };
  return undefined;
}

class Rewrite {
  readonly #fn: IrFunction;
  readonly #known: Knowledge;
  readonly #byteOrder: 'little' | 'big';

  constructor(fn: IrFunction, known: Knowledge, byteOrder: 'little' | 'big') {
    this.#fn = fn;
    this.#known = known;
    this.#byteOrder = byteOrder;
  }

  instruction(insn: IrInstruction): IrInstruction {
    switch (insn.kind) {
      case 'const':
        return insn;
      case 'address':
        return this.#address(insn);
      case 'copy':
        return this.#copy(insn);
      case 'binary':
        return this.#binary(insn);
      case 'neg':
      case 'extend':
      case 'byte-swap':
        return this.#unary(insn);
      case 'load': {
        const address = this.#memory(insn.address, insn.size);
        return address === insn.address ? insn : { ...insn, address };
      }
      case 'store': {
        const [address, value] = [this.#memory(insn.address, insn.size), this.#stored(insn.value, insn.size)];
        return address === insn.address && value === insn.value ? insn : { ...insn, address, value };
      }
      case 'atomic':
        return { ...insn, address: this.#memory(insn.address, insn.size), value: this.#known.origin(insn.value) };
      case 'call':
      case 'call-function': {
        const args = insn.args.map((argument) => this.#argument(argument));
        return args.every((argument, index) => argument === insn.args[index]) ? insn : { ...insn, args };
      }
      default:
        return insn satisfies never;
    }
  }

  terminator(terminator: Terminator): Terminator {
    switch (terminator.kind) {
      case 'goto':
        return terminator;
      case 'return':
        return this.#return(terminator);
      case 'branch':
        return this.#branch(terminator);
      default:
        return terminator satisfies never;
    }
  }

  #return(terminator: Terminator & { kind: 'return' }): Terminator {
    const value = this.#value(terminator.value);
    return value === terminator.value ? terminator : { ...terminator, value };
  }

  #address(insn: IrInstruction & { kind: 'address' }): IrInstruction {
    const context = this.#fn.params[0];
    if (insn.of.kind === 'constant') return sourced(insn, { kind: 'const', dst: insn.dst, value: insn.of.value });
    if (insn.of.kind === 'context' && context !== undefined && context !== insn.dst && this.#known.isValue(context)) {
      return sourced(insn, { kind: 'copy', dst: insn.dst, src: context });
    }
    return insn;
  }

  #copy(insn: IrInstruction & { kind: 'copy' }): IrInstruction {
    const src = this.#known.origin(insn.src);
    const fact = this.#known.fact(src);
    if (fact?.kind === 'const')
      return sourced(insn, { kind: 'const', dst: insn.dst, value: BigInt.asIntN(64, fact.value) });
    if (fact?.kind === 'address') return sourced(insn, { kind: 'address', dst: insn.dst, of: fact.of });
    return { ...insn, src };
  }

  #binary(insn: IrInstruction & { kind: 'binary' }): IrInstruction {
    const left = this.#known.origin(insn.left);
    const right = insn.right.kind === 'register' ? reg(this.#known.origin(insn.right.register)) : insn.right;
    const simplified = simplifyBinary({ ...insn, left, right }, this.#known);
    return this.#shiftedAddress(simplified) ?? simplified;
  }

  /** The address of a slot plus a constant is an address of the slot. */
  #shiftedAddress(insn: IrInstruction): IrInstruction | undefined {
    if (insn.kind !== 'binary' || insn.op !== 'add' || insn.bits !== 64 || insn.right.kind !== 'immediate')
      return undefined;
    const fact = this.#known.fact(insn.left);
    if (fact?.kind !== 'address' || (fact.of.kind !== 'slot-address' && fact.of.kind !== 'map-value')) return undefined;
    const offset = fact.of.offset + insn.right.value;
    const inside =
      fact.of.kind === 'map-value' ? offset >= 0 : offset >= 0 && offset < this.#fn.slots[fact.of.slot]!.sizeBytes;
    return inside ? sourced(insn, { kind: 'address', dst: insn.dst, of: { ...fact.of, offset } }) : undefined;
  }

  /** What the operation reads: of an extended register, the one that was extended, where those bits are all it takes. */
  #source(insn: IrInstruction & { kind: 'neg' | 'extend' | 'byte-swap' }): VirtualRegister {
    const origin = this.#known.origin(insn.src);
    const fact = this.#known.fact(origin);
    const bits = insn.kind === 'neg' ? 64 : insn.bits;
    return fact?.kind === 'low' && fact.bits >= bits ? this.#known.origin(fact.of) : origin;
  }

  #unary(original: IrInstruction & { kind: 'neg' | 'extend' | 'byte-swap' }): IrInstruction {
    const src = this.#source(original);
    const insn = src === original.src ? original : { ...original, src };
    const value = this.#known.constant(insn.src);
    const width = this.#known.width(insn.src);
    const folded = (result: bigint): IrInstruction =>
      sourced(insn, { kind: 'const', dst: insn.dst, value: BigInt.asIntN(64, result) });
    switch (insn.kind) {
      case 'neg':
        return value === undefined ? insn : folded(-value);
      case 'byte-swap':
        return value === undefined ? insn : folded(foldByteSwap(value, insn.bits, this.#byteOrder));
      case 'extend':
        if (value !== undefined) return folded(foldExtend(value, insn.bits, insn.signed));
        return width < insn.bits || (!insn.signed && width === insn.bits)
          ? sourced(insn, { kind: 'copy', dst: insn.dst, src: insn.src })
          : insn;
      default:
        return insn satisfies never;
    }
  }

  #memory(address: Address, size: number): Address {
    if (address.kind === 'slot') return address;
    const register = this.#known.origin(address.register);
    const fact = this.#known.fact(register);
    if (fact?.kind === 'sum') {
      const offset = address.offset + fact.addend;
      if (offset >= -0x8000 && offset <= 0x7fff)
        return this.#memory({ kind: 'register', register: fact.base, offset }, size);
    }
    if (fact?.kind === 'address' && fact.of.kind === 'slot-address') {
      const offset = address.offset + fact.of.offset;
      const slot = this.#fn.slots[fact.of.slot]!;
      if (offset >= 0 && offset + size <= slot.sizeBytes) return { kind: 'slot', slot: slot.id, offset };
    }
    return register === address.register ? address : { ...address, register };
  }

  #value(value: Value): Value {
    if (value.kind === 'immediate') return value;
    const known = this.#known.constant(value.register);
    if (known !== undefined && fitsImmediate(BigInt.asIntN(64, known))) return imm(BigInt.asIntN(64, known));
    const origin = this.#known.origin(value.register);
    return origin === value.register ? value : reg(origin);
  }

  /** Narrow stores take the low bits of any constant, and of a register before it was extended or masked. */
  #stored(value: Value, size: number): Value {
    if (value.kind === 'register') {
      const fact = this.#known.fact(this.#known.origin(value.register));
      if (fact?.kind === 'low' && fact.bits >= size * 8) return this.#stored(reg(fact.of), size);
    }
    const known = value.kind === 'immediate' ? BigInt(value.value) : this.#known.constant(value.register);
    if (known === undefined || size === 8) return this.#value(value);
    const narrow = BigInt.asIntN(size * 8, known);
    return value.kind === 'immediate' && BigInt(value.value) === narrow ? value : imm(narrow);
  }

  #argument(argument: Argument): Argument {
    if (argument.kind !== 'register') return argument;
    const origin = this.#known.origin(argument.register);
    const fact = this.#known.fact(origin);
    if (fact?.kind === 'address') return fact.of;
    if (fact?.kind === 'const') {
      const value = BigInt.asIntN(64, fact.value);
      return fitsImmediate(value) ? imm(value) : constant(value);
    }
    return origin === argument.register ? argument : reg(origin);
  }

  #branch(terminator: Terminator & { kind: 'branch' }): Terminator {
    const left = this.#known.origin(terminator.left);
    const right = this.#value(terminator.right);
    const { op, bits, then, otherwise } = terminator;
    if (then === otherwise) return goto(terminator, then);
    if (right.kind === 'register' && right.register === left && op !== 'set') {
      return goto(terminator, foldComparison(op, bits, 0n, 0n) ? then : otherwise);
    }
    const leftValue = this.#known.constant(left);
    const rightValue = right.kind === 'immediate' ? BigInt(right.value) : this.#known.constant(right.register);
    if (leftValue !== undefined && rightValue !== undefined) {
      return goto(terminator, foldComparison(op, bits, leftValue, rightValue) ? then : otherwise);
    }
    if (leftValue !== undefined && right.kind === 'register' && fitsImmediate(BigInt.asIntN(64, leftValue))) {
      return this.#branch({ ...terminator, op: SWAPPED_COMPARISON[op], left: right.register, right: reg(left) });
    }
    const always =
      rightValue === undefined ? undefined : this.#decided(terminator, left, BigInt.asUintN(64, rightValue));
    if (always !== undefined) return goto(terminator, always ? then : otherwise);
    return left === terminator.left && right === terminator.right ? terminator : { ...terminator, left, right };
  }

  /** Unsigned comparisons with what a narrow register cannot exceed. */
  #decided({ op, bits }: Terminator & { kind: 'branch' }, left: VirtualRegister, right: bigint): boolean | undefined {
    const width = this.#known.width(left);
    if (bits === 32 && width > 32) return undefined;
    const limit = bits === 32 ? BigInt.asUintN(32, right) : right;
    const most = (1n << BigInt(width)) - 1n;
    if ((op === 'gt' && limit >= most) || (op === 'ge' && limit > most)) return false;
    if ((op === 'le' && limit >= most) || (op === 'lt' && limit > most)) return true;
    if (op === 'lt' && limit === 0n) return false;
    if (op === 'ge' && limit === 0n) return true;
    if (op === 'eq' && limit > most) return false;
    return op === 'ne' && limit > most ? true : undefined;
  }
}

function goto(from: Terminator, target: BlockId): Terminator {
  return from.source ? { kind: 'goto', target, source: from.source } : { kind: 'goto', target };
}
