import type { IrFunction } from '../ir/ir.ts';
import type { ControlFlow } from './control-flow.ts';

export interface BlockOrder {
  /** Numbers of the blocks in the order in which they are emitted; the entry is first. */
  readonly order: readonly number[];
  /** How often a block runs for one run of the function, guessed: by number. */
  readonly frequency: readonly number[];
}

/** A way that `likely` speaks against is taken once in so many times. */
const UNLIKELY = 1 / 32;
/** Rounds guessed of a loop. */
const LOOP_ROUNDS = 8;

/**
 * Lays blocks out so that the usual way runs straight on. Behind a block comes the likely way of its branch, else the first in the
 * function's order, once all ways into it are placed; what is reached by unlikely ways only goes to the end.
 */
export function orderBlocks(fn: IrFunction, flow: ControlFlow): BlockOrder {
  const layout = new Layout(fn, flow);
  return { order: layout.run(), frequency: guessFrequencies(flow) };
}

class Layout {
  readonly #flow: ControlFlow;
  readonly #cold: readonly boolean[];
  /** By number: the place in the function's own order. */
  readonly #position: number[];
  /** Ways into a block that are not placed yet and must be. */
  readonly #waiting: number[];
  readonly #placed = new Set<number>();
  readonly #ready = new Set<number>([0]);
  readonly #order: number[] = [];

  constructor(fn: IrFunction, flow: ControlFlow) {
    this.#flow = flow;
    this.#cold = findCold(flow);
    this.#position = flow.blocks.map((_, index) => index);
    for (const [position, block] of fn.blocks.entries()) {
      const index = flow.indexOf.get(block.id);
      if (index !== undefined) this.#position[index] = position;
    }
    this.#waiting = flow.predecessors.map((from, to) => from.filter((one) => this.#mustPrecede(one, to)).length);
  }

  run(): readonly number[] {
    while (this.#placed.size < this.#flow.blocks.length) {
      // Loops with two entries may leave blocks that wait for each other.
      const next = this.#first(this.#ready) ?? this.#first(this.#flow.blocks.keys());
      for (let index = next; index !== undefined; index = this.#place(index));
    }
    return this.#order;
  }

  /** Places a block and gives the one that should follow it. */
  #place(index: number): number | undefined {
    this.#placed.add(index);
    this.#ready.delete(index);
    this.#order.push(index);
    const open: number[] = [];
    for (const target of this.#flow.successors[index]!) {
      if (this.#mustPrecede(index, target)) this.#waiting[target]!--;
      if (this.#placed.has(target) || this.#waiting[target]! > 0) continue;
      this.#ready.add(target);
      if (this.#cold[target] === this.#cold[index]) open.push(target);
    }
    const likely = open.find((target) => isLikely(this.#flow, index, target));
    return likely ?? this.#first(open);
  }

  #first(candidates: Iterable<number>): number | undefined {
    let best: number | undefined;
    for (const index of candidates) {
      if (!this.#placed.has(index) && (best === undefined || this.#rank(index) < this.#rank(best))) best = index;
    }
    return best;
  }

  #rank(index: number): number {
    return this.#position[index]! + (this.#cold[index] ? this.#position.length + this.#flow.blocks.length : 0);
  }

  #mustPrecede(from: number, to: number): boolean {
    return from < to && (!this.#cold[from] || this.#cold[to]!);
  }
}

/** Blocks that only unlikely ways lead to. */
function findCold(flow: ControlFlow): boolean[] {
  const cold = flow.blocks.map(() => false);
  for (const [index, predecessors] of flow.predecessors.entries()) {
    const ways = predecessors.filter((from) => from < index);
    cold[index] = ways.length > 0 && ways.every((from) => cold[from] || isUnlikely(flow, from, index));
  }
  return cold;
}

/** Forward over the ways in, without those that close loops; a loop's blocks count several times. */
function guessFrequencies(flow: ControlFlow): number[] {
  const once = flow.blocks.map((_, index) => (index === 0 ? 1 : 0));
  for (const [index, targets] of flow.successors.entries()) {
    for (const target of targets) {
      if (target <= index) continue;
      let share = 1 / targets.length;
      if (isUnlikely(flow, index, target)) share = UNLIKELY;
      else if (isLikely(flow, index, target)) share = 1 - UNLIKELY;
      once[target]! += once[index]! * share;
    }
  }
  return once.map((frequency, index) => frequency * LOOP_ROUNDS ** Math.min(flow.loopDepth[index]!, 4));
}

function isLikely(flow: ControlFlow, from: number, to: number): boolean {
  return hint(flow, from, to) === 'likely';
}

function isUnlikely(flow: ControlFlow, from: number, to: number): boolean {
  return hint(flow, from, to) === 'unlikely';
}

function hint(flow: ControlFlow, from: number, to: number): 'likely' | 'unlikely' | undefined {
  const { terminator } = flow.blocks[from]!;
  if (terminator.kind !== 'branch' || !terminator.likely || terminator.then === terminator.otherwise) return undefined;
  const likely = terminator.likely === 'then' ? terminator.then : terminator.otherwise;
  return flow.indexOf.get(likely) === to ? 'likely' : 'unlikely';
}
