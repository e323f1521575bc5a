import type { Address, Argument, BlockId, Value, VirtualRegister } from '../ir/index.ts';
import { CONTEXT, FunctionBuilder, inSlot, reg } from '../ir/index.ts';
import type { Span } from '../source/span.ts';
import type { MapSymbol, TypedExpression, TypedProbe, TypedStatement, VariableSymbol } from '../typed/tree.ts';
import { layoutOf, roundUp } from '../types/layout.ts';
import { asArgument } from './address.ts';
import { callbackLoops } from './loop-kind.ts';
import { isScalar } from './scalar-type.ts';
import type { InternalMap, ScriptState } from './script-state.ts';
import { variableLifetimes } from './variable-lifetimes.ts';

/**
 * The parts of lowering that need one another, tied together in `lower-program.ts` so that their files need not import in a
 * circle.
 */
export interface Lowerings {
  /** The value of an expression of scalar type. */
  scalar(p: ProgramState, e: TypedExpression): Value;
  /** Goes to one of two blocks. */
  condition(p: ProgramState, e: TypedExpression, then: BlockId, otherwise: BlockId): void;
  /** Writes a value in its type's layout, scalars too; strings padded with zeros. */
  write(p: ProgramState, e: TypedExpression, to: Address): void;
  /** Where the value of an expression in memory is, until the end of the statement. A string may have garbage behind its NUL. */
  bytes(p: ProgramState, e: TypedExpression): Address;
  /** Assigns a variable, which from then on has a home. */
  assign(p: ProgramState, variable: VariableSymbol, value: TypedExpression): void;
  statements(p: ProgramState, statements: readonly TypedStatement[]): void;
}

/** Where a variable is: a virtual register, or memory. */
export type Home =
  | { readonly kind: 'register'; readonly register: VirtualRegister; readonly trusted: boolean }
  | { readonly kind: 'memory'; readonly address: Address };

/** What `break` and `continue` do. */
export interface LoopTargets {
  leave(): void;
  next(): void;
}

/** Bytes to spare behind every piece of scratch memory: see `hasSlack`. */
const SLACK = 8;

/** One program while it is lowered. */
export class ProgramState {
  readonly script: ScriptState;
  readonly probe: TypedProbe;
  /** Index among the script's programs: its entry in the scratch map, and the `probe` of stacks. */
  readonly index: number;
  /** Bytes of a value that may be in the frame. */
  readonly frameLimit: number;
  readonly lower: Lowerings;
  /** The function that is being built: the main one, or the callback of a loop. */
  b: FunctionBuilder;
  /** Callbacks that are finished. */
  readonly callbacks: FunctionBuilder[] = [];
  readonly callbackLoops: ReadonlySet<TypedStatement>;
  readonly homes = new Map<VariableSymbol, Home>();
  loop: LoopTargets | undefined;
  /** Set where scratch memory was used; see `claimScratch`. */
  scratchClaimed = false;
  /** What a block that leaves the program does; in callbacks this is not a plain return. */
  leave: () => void = () => this.b.return({ kind: 'immediate', value: this.returnValue });
  readonly returnValue: number;
  scratchBase: VirtualRegister;
  contextRegister: VirtualRegister | undefined;
  readonly #mainScratch: VirtualRegister;
  #scratchUsed = 0;
  #scratchPeak = 0;
  #memo = new Map<string, VirtualRegister>();
  readonly #generations = new Map<MapSymbol, number>();
  #writes = 0;
  #loops = 0;
  readonly #cold: (() => void)[] = [];
  readonly #roomy = new Set<VirtualRegister>();
  #labels = 0;

  constructor(
    script: ScriptState,
    probe: TypedProbe,
    index: number,
    frameLimit: number,
    returnValue: number,
    lower: Lowerings,
  ) {
    this.script = script;
    this.probe = probe;
    this.index = index;
    this.frameLimit = frameLimit;
    this.returnValue = returnValue;
    this.lower = lower;
    this.callbackLoops = callbackLoops(probe, script.kernelHas(5, 17));
    this.b = new FunctionBuilder('main');
    this.scratchBase = this.b.newRegister();
    this.#mainScratch = this.scratchBase;
  }

  // Shorthands for the other parts of lowering ---------------------------------------------------------------------------

  scalar(e: TypedExpression): Value {
    return this.lower.scalar(this, e);
  }

  /** A scalar in a register. */
  scalarRegister(e: TypedExpression): VirtualRegister {
    return this.b.register(this.scalar(e));
  }

  write(e: TypedExpression, to: Address): void {
    this.lower.write(this, e, to);
  }

  bytes(e: TypedExpression): Address {
    return this.lower.bytes(this, e);
  }

  condition(e: TypedExpression, then: BlockId, otherwise: BlockId): void {
    this.lower.condition(this, e, then, otherwise);
  }

  statements(statements: readonly TypedStatement[]): void {
    this.lower.statements(this, statements);
  }

  // Memory ---------------------------------------------------------------------------------------------------------------

  /** Memory until the end of the statement: in the frame where it is small, else in scratch. */
  temporary(sizeBytes: number, name: string): Address {
    if (sizeBytes <= this.frameLimit) return this.slot(sizeBytes, name);
    return this.scratch(sizeBytes);
  }

  /** A piece of the frame. The back end lets pieces share bytes where they are not in use at the same time. */
  slot(sizeBytes: number, name: string): Address {
    return inSlot(this.b.newSlot(roundUp(Math.max(sizeBytes, 1), 8), 8, name));
  }

  /** Scratch memory until the end of the statement, with some bytes of slack behind it. */
  scratch(sizeBytes: number): Address {
    this.scratchClaimed = true;
    const offset = this.#scratchUsed;
    this.#scratchUsed = roundUp(offset + sizeBytes, 8) + SLACK;
    this.#scratchPeak = Math.max(this.#scratchPeak, this.#scratchUsed);
    return { kind: 'register', register: this.scratchBase, offset };
  }

  /**
   * Whether one byte behind a value at `to` may be written as well, by who reads a string and wants to know whether it was cut.
   * Parts of a value are written in ascending order, so that a later part covers that byte again.
   */
  hasSlack(to: Address): boolean {
    return to.kind === 'register' && (to.register === this.scratchBase || this.#roomy.has(to.register));
  }

  /** Says of memory behind a register that it has a byte to spare. */
  giveSlack(to: Address): Address {
    if (to.kind === 'register') this.#roomy.add(to.register);
    return to;
  }

  /** Runs `body` and frees the scratch memory that it took. */
  withTemporaries(body: () => void): void {
    const mark = this.#scratchUsed;
    body();
    this.#scratchUsed = mark;
  }

  get scratchBytes(): number {
    return this.#scratchPeak;
  }

  // Variables ------------------------------------------------------------------------------------------------------------

  home(variable: VariableSymbol): Home {
    const known = this.homes.get(variable) ?? this.#makeHome(variable);
    // Every function has the address of the scratch memory in a register of its own.
    if (known.kind === 'memory' && known.address.kind === 'register' && known.address.register === this.#mainScratch) {
      return { kind: 'memory', address: { ...known.address, register: this.scratchBase } };
    }
    return known;
  }

  /**
   * Gives variables that several functions use, or that are too large for the frame, memory of their own; those that are never in use
   * together share it.
   */
  reserveVariables(captured: ReadonlySet<VariableSymbol>): void {
    const lifetimes = variableLifetimes(this.probe);
    const places: { readonly address: Address; readonly sizeBytes: number; readonly last: number }[] = [];
    const inOrder = [...lifetimes].sort(([, a], [, b]) => a.first - b.first);
    for (const [variable, { first, last }] of inOrder) {
      const sizeBytes = isScalar(variable.type) ? 8 : layoutOf(variable.type).sizeBytes;
      if (!captured.has(variable) && (isScalar(variable.type) || sizeBytes <= this.frameLimit)) continue;
      const free = places.findIndex((one) => one.sizeBytes === sizeBytes && one.last < first);
      const address = free < 0 ? this.scratch(sizeBytes) : places[free]!.address;
      places.splice(free < 0 ? places.length : free, 1, { address, sizeBytes, last });
      this.homes.set(variable, { kind: 'memory', address });
    }
  }

  #makeHome(variable: VariableSymbol): Home {
    const home: Home = isScalar(variable.type)
      ? { kind: 'register', register: this.b.newRegister(), trusted: false }
      : { kind: 'memory', address: this.slot(layoutOf(variable.type).sizeBytes, variable.name) };
    this.homes.set(variable, home);
    return home;
  }

  // Control flow ---------------------------------------------------------------------------------------------------------

  /**
   * A value that stays the same while the program runs and is worth keeping, such as the current pid and tid: computed
   * where it is first asked for, and again only where that place was not passed.
   */
  once(name: string, compute: () => VirtualRegister): VirtualRegister {
    let register = this.#memo.get(name);
    if (register === undefined) {
      register = compute();
      this.#memo.set(name, register);
    }
    return register;
  }

  /** How often the map has been written to so far, in the order of the text: what was read before may be out of date. */
  generation(map: MapSymbol): number {
    return this.#generations.get(map) ?? this.#loops;
  }

  /** Says that code which changes the map has been added, or will be as a rare case. */
  written(map: MapSymbol): void {
    this.#generations.set(map, ++this.#writes);
  }

  /** Says that a loop starts: what is written at its end comes before its start. */
  startLoop(): void {
    this.#generations.clear();
    this.#loops = ++this.#writes;
  }

  /** Lowers code that may not be run: what it remembers is not known behind it. */
  branch(body: () => void): void {
    const before = this.#memo;
    this.#memo = new Map(before);
    body();
    this.#memo = before;
  }

  /** Lowers another function: nothing that this one remembers is known there. */
  inFunction(b: FunctionBuilder, body: () => void): void {
    const { b: outer, scratchBase, contextRegister, loop, leave } = this;
    const memo = this.#memo;
    const cold = this.#cold.splice(0);
    this.b = b;
    this.#memo = new Map();
    body();
    this.flushCold();
    this.b = outer;
    this.#memo = memo;
    this.#cold.push(...cold);
    Object.assign(this, { scratchBase, contextRegister, loop, leave });
    this.callbacks.push(b);
  }

  /** Adds code for a rare case behind everything else: `body` starts in that block and must end it. */
  cold(block: BlockId, body: () => void): void {
    const { source } = this.b;
    const memo = new Map(this.#memo);
    this.#cold.push(() => {
      this.#memo = memo;
      this.b.source = source;
      this.b.setBlock(block);
      body();
    });
  }

  /** Places the code of the rare cases. */
  flushCold(): void {
    for (let next = this.#cold.shift(); next; next = this.#cold.shift()) next();
  }

  /** The context that the program was called with. */
  context(): Argument {
    return this.contextRegister === undefined ? CONTEXT : reg(this.contextRegister);
  }

  contextPointer(): VirtualRegister {
    return this.contextRegister ?? this.b.params[0]!;
  }

  callbackName(): string {
    return `callback_${this.#labels++}`;
  }

  /** Notes that a map of the engine is needed, and gives nothing: its name is in `INTERNAL_MAPS`. */
  use(map: InternalMap): void {
    this.script.usedMaps.add(map);
  }

  at(span: Span): void {
    this.b.source = this.script.lineOf(span);
  }

  argument(address: Address): Argument {
    return asArgument(this.b, address);
  }
}
