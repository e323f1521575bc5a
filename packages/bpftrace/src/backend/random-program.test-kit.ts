import type { AccessSize, JumpOp } from '@waggle/bpf/asm';
import { type BinaryOp, FunctionBuilder } from '../ir/function-builder.ts';
import type { IrProgram, SlotId, Value, VirtualRegister } from '../ir/ir.ts';
import { at, imm, inSlot, reg, slotAddress } from '../ir/values.ts';

export interface RandomProgramOptions {
  readonly seed: number;
  /** Statements, roughly. */
  readonly size: number;
  /** Registers that live all through the program. */
  readonly variables: number;
}

/** Bytes of context that generated programs read. */
export const CONTEXT_BYTES = 32;

const OPS: readonly BinaryOp[] = ['add', 'sub', 'mul', 'div', 'mod', 'or', 'and', 'xor', 'lsh', 'rsh', 'arsh'];
const COMPARISONS: readonly JumpOp[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sgt', 'sge', 'slt', 'sle', 'set'];
const IMMEDIATES = [-1, 0, 1, 2, 3, 7, 8, 16, 31, 32, 255, 256, 65535, 0x7fffffff, -0x80000000];
const CONSTANTS = [0n, 1n, 0xffffffffn, 0x80000000n, 0x123456789abcdefn, -2n, 1n << 63n, 1n << 40n];

/**
 * A well-formed program that the verifier accepts: arithmetic over the context's bytes, diamonds, bounded loops, slots that are used
 * directly and through addresses, calls of a subprogram and of a helper that writes memory. The same seed gives the same program.
 */
export function randomProgram(options: RandomProgramOptions): IrProgram {
  const generator = new Generator(options);
  return { functions: [generator.run(), mixFunction()] };
}

/** A subprogram, so that calls lose r1 to r5: `(a ^ (b << 7)) + c`. */
function mixFunction() {
  const f = new FunctionBuilder('mix', 3);
  const [a, b, c] = f.params as [VirtualRegister, VirtualRegister, VirtualRegister];
  f.return(reg(f.binary('add', f.binary('xor', a, reg(f.binary('lsh', b, imm(7)))), reg(c))));
  return f.build();
}

interface Area {
  readonly slot: SlotId;
  readonly sizeBytes: number;
  /** A register that holds the slot's address. */
  readonly pointer: VirtualRegister | undefined;
}

class Generator {
  readonly #f = new FunctionBuilder('main');
  readonly #random: () => number;
  readonly #variables: VirtualRegister[] = [];
  /** Readable here. */
  #values: VirtualRegister[] = [];
  #areas: Area[] = [];
  #budget: number;

  constructor({ seed, size, variables }: RandomProgramOptions) {
    this.#random = mulberry32(seed);
    this.#budget = size;
    for (let i = 0; i < variables; i++) {
      const source = at(this.#f.params[0]!, (i % 4) * 8);
      this.#variables.push(i % 3 === 2 ? this.#f.const(this.#pick(CONSTANTS)) : this.#f.load(8, source));
    }
    this.#values = [...this.#variables];
  }

  run() {
    this.#statements(3);
    let result = this.#f.const(0x9e3779b97f4a7c15n);
    for (const register of this.#values) {
      result = this.#f.binary('xor', this.#f.binary('mul', result, imm(31)), reg(register));
    }
    const high = this.#f.binary('rsh', result, imm(32));
    this.#f.return(reg(this.#f.extend(this.#f.binary('xor', result, reg(high)), 32, false)));
    return this.#f.build();
  }

  #statements(depth: number): void {
    const values = this.#values;
    const areas = this.#areas;
    const count = this.#below(6) + 2;
    for (let i = 0; i < count || (depth === 3 && this.#budget > 0); i++) {
      if (this.#budget-- <= 0) break;
      this.#statement(depth);
    }
    if (depth < 3) [this.#values, this.#areas] = [values, areas];
  }

  #statement(depth: number): void {
    const kind = this.#below(20);
    if (kind < 7) this.#arithmetic();
    else if (kind < 9) this.#f.assign(this.#pick(this.#variables), this.#operand());
    else if (kind < 12 && depth > 0) this.#diamond(depth);
    else if (kind === 12 && depth === 3) this.#loop(depth);
    else if (kind === 13) this.#area();
    else if (kind < 17) this.#memory();
    else if (kind === 17)
      this.#keep(this.#f.callFunction('mix', [this.#argument(), this.#argument(), this.#argument()]));
    else if (kind === 18) this.#boolean();
    else this.#clear();
  }

  #arithmetic(): void {
    const f = this.#f;
    const [kind, left] = [this.#below(8), this.#value()];
    const bits = this.#below(3) === 0 ? 32 : 64;
    if (kind === 0) this.#keep(f.extend(left, this.#pick([8, 16, 32] as const), this.#below(2) === 0));
    else if (kind === 1) this.#keep(this.#below(2) ? f.neg(left) : f.byteSwap(left, this.#pick([16, 32, 64] as const)));
    else if (kind === 2) this.#keep(f.copy(left));
    else if (kind === 3) this.#keep(f.load(this.#pick([1, 2, 4, 8] as const), at(f.params[0]!, this.#below(4) * 8)));
    else {
      const op = this.#pick(OPS);
      // Half of the time into a variable: two-operand instructions then meet all overlaps of their registers.
      const dst = this.#below(2) ? this.#pick(this.#variables) : f.newRegister();
      f.binary(op, left, this.#right(op, bits), bits, dst);
      if (!this.#values.includes(dst)) this.#keep(dst);
    }
  }

  /** The verifier takes no division by an immediate 0 and no immediate shift beyond the width. */
  #right(op: BinaryOp, bits: 32 | 64): Value {
    const value = this.#operand();
    if (value.kind === 'register') return value;
    if (op === 'div' || op === 'mod') return value.value === 0 ? imm(5) : value;
    return op === 'lsh' || op === 'rsh' || op === 'arsh' ? imm(Math.abs(value.value) % bits) : value;
  }

  #diamond(depth: number): void {
    const f = this.#f;
    const [then, otherwise, join] = [f.newBlock(), f.newBlock(), f.newBlock()];
    this.#condition(then, otherwise);
    f.setBlock(then);
    this.#statements(depth - 1);
    f.goto(join);
    f.setBlock(otherwise);
    if (this.#below(2)) this.#statements(depth - 1);
    f.setBlock(join);
  }

  #loop(depth: number): void {
    const f = this.#f;
    const [head, body, done] = [f.newBlock(), f.newBlock(), f.newBlock()];
    const counter = f.const(0);
    f.setBlock(head);
    f.branch('lt', counter, imm(this.#below(3) + 1), body, done);
    f.setBlock(body);
    this.#statements(depth - 2);
    f.binary('add', counter, imm(1), 64, counter);
    f.goto(head);
    f.setBlock(done);
  }

  /** A comparison as a value, and a test of it. */
  #boolean(): void {
    const f = this.#f;
    const [yes, no, join, then, done] = [f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock(), f.newBlock()];
    const flag = f.newRegister();
    this.#condition(yes, no);
    f.setBlock(yes);
    f.const(1, flag);
    f.goto(join);
    f.setBlock(no);
    f.const(0, flag);
    f.setBlock(join);
    f.branch(this.#pick(['eq', 'ne'] as const), flag, imm(0), then, done);
    f.setBlock(then);
    f.assign(this.#pick(this.#variables), this.#operand());
    f.setBlock(done);
    if (this.#below(3) === 0) this.#keep(flag);
  }

  #condition(then: ReturnType<FunctionBuilder['newBlock']>, otherwise: ReturnType<FunctionBuilder['newBlock']>): void {
    const likely = ([undefined, 'then', 'otherwise'] as const)[this.#below(3)];
    const bits = this.#below(4) === 0 ? 32 : 64;
    this.#f.branch(this.#pick(COMPARISONS), this.#value(), this.#operand(), then, otherwise, {
      bits,
      ...(likely && { likely }),
    });
  }

  /** A new slot, written in full. */
  #area(): void {
    if (this.#areas.length > 5) return;
    const f = this.#f;
    const sizeBytes = this.#pick([8, 12, 16, 24, 40]);
    const slot = f.newSlot(sizeBytes, 8, `area${sizeBytes}`);
    const size = this.#pick([1, 2, 4, 4, 4] as const);
    for (let offset = 0; offset < sizeBytes; offset += size)
      f.store(size, inSlot(slot, offset), this.#below(3) ? imm(0) : this.#operand());
    this.#areas = [
      ...this.#areas,
      { slot, sizeBytes, pointer: this.#below(2) ? f.address(slotAddress(slot)) : undefined },
    ];
  }

  #memory(): void {
    const f = this.#f;
    if (this.#areas.length === 0) return;
    const { slot, sizeBytes, pointer } = this.#pick(this.#areas);
    const size = this.#pick([1, 2, 4, 8] as const) as AccessSize;
    const offset = this.#below(Math.floor(sizeBytes / size)) * size;
    const address = pointer !== undefined && this.#below(2) ? at(pointer, offset) : inSlot(slot, offset);
    const kind = this.#below(6);
    if (kind < 3) this.#keep(f.load(size, address));
    else if (kind < 5) f.store(size, address, this.#operand());
    else if (size >= 4) {
      const op = this.#pick(['add', 'or', 'xor', 'and', 'xchg'] as const);
      if (this.#below(2)) this.#keep(f.atomicFetch(op, size as 4 | 8, address, this.#value()));
      else f.atomic(op, size as 4 | 8, address, this.#value());
    }
  }

  /** A helper that fills memory: with zeros, as nothing is at address 0. */
  #clear(): void {
    if (this.#areas.length === 0) return;
    const { slot, sizeBytes, pointer } = this.#pick(this.#areas);
    const target = pointer !== undefined && this.#below(2) ? reg(pointer) : slotAddress(slot);
    this.#f.callVoid(113, [target, imm(this.#pick([4, 8, sizeBytes])), imm(0)]);
  }

  #argument(): Value {
    return this.#operand();
  }

  #operand(): Value {
    const kind = this.#below(4);
    if (kind === 0) return imm(this.#pick(IMMEDIATES));
    return kind === 1 ? this.#f.value(this.#pick(CONSTANTS)) : reg(this.#value());
  }

  #value(): VirtualRegister {
    return this.#pick(this.#values);
  }

  #keep(register: VirtualRegister): void {
    this.#values = [...this.#values, register];
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#below(all.length)]!;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** A small generator of numbers from 0 to 1 with 32 bits of state. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
