import type { Argument, IrFunction, VirtualRegister } from '../../ir/ir.ts';
import type { ControlFlow } from '../control-flow.ts';
import { findSingleDefinitions } from '../single-definitions.ts';
import { findWidths } from './known-width.ts';

/** What an instruction is known to have put into its register. */
export type Fact =
  | { readonly kind: 'const' /** Unsigned. */; readonly value: bigint }
  | { readonly kind: 'copy'; readonly of: VirtualRegister }
  | { readonly kind: 'address'; readonly of: Exclude<Argument, { kind: 'register' | 'immediate' }> }
  | { readonly kind: 'sum'; readonly base: VirtualRegister; readonly addend: number }
  /** The low `bits` are those of another register. */
  | { readonly kind: 'low'; readonly of: VirtualRegister; readonly bits: number };

interface Entry {
  readonly fact: Fact | undefined;
  readonly width: number;
  /** The block in which it was learnt. */
  readonly block: number;
  /** Version of the other register that the fact names. */
  readonly version: number;
}

/**
 * What is known about registers while a pass walks the blocks in reverse postorder. A fact about a *value* (see
 * `findSingleDefinitions`) holds wherever it is read; one about another register holds in its block until that is written again, as does
 * every fact that names a register which is not a value.
 */
export class Knowledge {
  readonly #isValue: Uint8Array;
  readonly #widths: Uint8Array;
  readonly #entries: (Entry | undefined)[];
  readonly #versions: Int32Array;
  #block = -1;

  constructor(fn: IrFunction, flow: ControlFlow) {
    this.#isValue = findSingleDefinitions(fn, flow);
    this.#widths = findWidths(fn);
    this.#entries = new Array<Entry | undefined>(fn.registerCount);
    this.#versions = new Int32Array(fn.registerCount);
  }

  isValue(register: VirtualRegister): boolean {
    return this.#isValue[register] === 1;
  }

  /** Rises whenever the register is written. */
  version(register: VirtualRegister): number {
    return this.#versions[register]!;
  }

  enterBlock(index: number): void {
    this.#block = index;
  }

  /** The register is written. */
  define(register: VirtualRegister, fact: Fact | undefined, width: number): void {
    const other = fact && otherOf(fact);
    const version = other === undefined ? 0 : this.#versions[other]!;
    this.#versions[register]!++;
    const usable = other === register ? undefined : fact;
    this.#entries[register] = { fact: usable, width, block: this.#block, version };
  }

  /** The register has this value, for the rest of the block, unless it is written. */
  learn(register: VirtualRegister, value: bigint): void {
    if (this.isValue(register)) return;
    this.#entries[register] = { fact: { kind: 'const', value }, width: 64, block: this.#block, version: 0 };
  }

  fact(register: VirtualRegister): Fact | undefined {
    const entry = this.#current(register);
    const fact = entry?.fact;
    const other = fact && otherOf(fact);
    if (!entry || other === undefined) return fact;
    if (this.isValue(other) && this.isValue(register)) return fact;
    const unchanged = this.isValue(other) || entry.version === this.#versions[other];
    return entry.block === this.#block && unchanged ? fact : undefined;
  }

  /** The oldest register with the same value. */
  origin(register: VirtualRegister): VirtualRegister {
    const fact = this.fact(register);
    return fact?.kind === 'copy' ? this.origin(fact.of) : register;
  }

  /** Unsigned. */
  constant(register: VirtualRegister): bigint | undefined {
    const fact = this.fact(this.origin(register));
    return fact?.kind === 'const' ? fact.value : undefined;
  }

  /** Low bits that may be set. */
  width(register: VirtualRegister): number {
    return Math.min(this.#current(register)?.width ?? 64, this.#widths[register] ?? 64);
  }

  #current(register: VirtualRegister): Entry | undefined {
    const entry = this.#entries[register];
    return entry && (this.isValue(register) || entry.block === this.#block) ? entry : undefined;
  }
}

/** The register that a fact names. */
function otherOf(fact: Fact): VirtualRegister | undefined {
  switch (fact.kind) {
    case 'const':
    case 'address':
      return undefined;
    case 'copy':
    case 'low':
      return fact.of;
    case 'sum':
      return fact.base;
    default:
      return fact satisfies never;
  }
}
