import { COLOUR_COUNT, type InterferenceGraph } from './interference-graph.ts';
import { FIRST_VIRTUAL, type MachineRegister, type Move } from './machine.ts';

export interface Colouring {
  /** Physical register of each register; meaningless for spilled ones. */
  readonly colours: Uint8Array;
  /** Sets of virtual registers that need memory: the members of a set share one place. */
  readonly spilled: readonly (readonly MachineRegister[])[];
}

/** Registers that calls lose come first: the others cost the program a push and a pop. */
const PREFERENCE: readonly MachineRegister[] = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9];

/**
 * Iterated register coalescing (George and Appel, "Iterated register coalescing", 1996): removes from the graph what surely finds a register,
 * makes one of the two sides of a move where that surely does no harm, and chooses for memory what costs least for the room it gives.
 */
export function colourGraph(graph: InterferenceGraph): Colouring {
  return new Colourer(graph).run();
}

type State = 'simplify' | 'freeze' | 'spill' | 'coalesced' | 'stacked' | 'physical';
type MoveState = 'ready' | 'active' | 'done';

class Colourer {
  readonly #graph: InterferenceGraph;
  readonly #degree: Int32Array;
  readonly #alias: Int32Array;
  readonly #state: State[];
  readonly #costs: Float64Array;
  readonly #movesOf: Move[][];
  readonly #moveStates = new Map<Move, MoveState>();
  readonly #readyMoves: Move[] = [];
  readonly #simplify: MachineRegister[] = [];
  readonly #freeze: MachineRegister[] = [];
  readonly #spill = new Set<MachineRegister>();
  readonly #stack: MachineRegister[] = [];

  constructor(graph: InterferenceGraph) {
    const { registerCount, neighbours, moves } = graph;
    this.#graph = graph;
    this.#costs = Float64Array.from(graph.costs);
    this.#alias = Int32Array.from({ length: registerCount }, (_, register) => register);
    this.#movesOf = Array.from({ length: registerCount }, () => []);
    for (const move of moves) {
      this.#movesOf[move.dst]!.push(move);
      if (move.src !== move.dst) this.#movesOf[move.src]!.push(move);
      this.#moveStates.set(move, 'ready');
      this.#readyMoves.push(move);
    }
    // The list is worked off from its end: in the program's order.
    this.#readyMoves.reverse();
    this.#degree = Int32Array.from(neighbours, (all, register) => (register < FIRST_VIRTUAL ? 1 << 30 : all.length));
    this.#state = Array.from({ length: registerCount }, () => 'physical');
    for (let register = FIRST_VIRTUAL; register < registerCount; register++) this.#enlist(register);
  }

  run(): Colouring {
    for (;;) {
      const simple = this.#simplify.pop();
      if (simple !== undefined) {
        if (this.#state[simple] === 'simplify') this.#remove(simple);
        continue;
      }
      const move = this.#readyMoves.pop();
      if (move) {
        if (this.#moveStates.get(move) === 'ready') this.#coalesce(move);
        continue;
      }
      const frozen = this.#freeze.pop();
      if (frozen !== undefined) {
        if (this.#state[frozen] === 'freeze') this.#freezeMoves(frozen);
        continue;
      }
      if (this.#spill.size === 0) break;
      const victim = this.#cheapest();
      this.#spill.delete(victim);
      this.#freezeMoves(victim);
    }
    return this.#assign();
  }

  #enlist(register: MachineRegister): void {
    if (this.#degree[register]! >= COLOUR_COUNT) {
      this.#state[register] = 'spill';
      this.#spill.add(register);
    } else if (this.#isMoveRelated(register)) {
      this.#state[register] = 'freeze';
      this.#freeze.push(register);
    } else {
      this.#state[register] = 'simplify';
      this.#simplify.push(register);
    }
  }

  /** Takes a register out of the graph: it is coloured after all that are still in. */
  #remove(register: MachineRegister): void {
    this.#state[register] = 'stacked';
    this.#stack.push(register);
    this.#visitNeighbours(register, (other) => this.#lowerDegree(other));
  }

  #lowerDegree(register: MachineRegister): void {
    if (register < FIRST_VIRTUAL) return;
    const degree = this.#degree[register]!--;
    if (degree !== COLOUR_COUNT) return;
    this.#enableMoves(register);
    this.#visitNeighbours(register, (other) => this.#enableMoves(other));
    if (this.#state[register] !== 'spill') return;
    this.#spill.delete(register);
    this.#enlist(register);
  }

  #enableMoves(register: MachineRegister): void {
    for (const move of this.#movesOf[register]!) {
      if (this.#moveStates.get(move) !== 'active') continue;
      this.#moveStates.set(move, 'ready');
      this.#readyMoves.push(move);
    }
  }

  #coalesce(move: Move): void {
    const [a, b] = [this.#find(move.dst), this.#find(move.src)];
    const [kept, merged] = b < FIRST_VIRTUAL ? [b, a] : [a, b];
    if (kept === merged) {
      this.#moveStates.set(move, 'done');
      this.#maybeSimplify(kept);
    } else if (merged < FIRST_VIRTUAL || this.#graph.meets(kept, merged)) {
      this.#moveStates.set(move, 'done');
      this.#maybeSimplify(kept);
      this.#maybeSimplify(merged);
    } else if (this.#isHarmless(kept, merged)) {
      this.#moveStates.set(move, 'done');
      this.#merge(kept, merged);
      this.#maybeSimplify(kept);
    } else {
      this.#moveStates.set(move, 'active');
    }
  }

  /** With a physical register, George's test; between virtual ones, Briggs'. */
  #isHarmless(kept: MachineRegister, merged: MachineRegister): boolean {
    if (kept < FIRST_VIRTUAL) {
      return this.#everyNeighbour(
        merged,
        (other) => other < FIRST_VIRTUAL || this.#degree[other]! < COLOUR_COUNT || this.#graph.meets(other, kept),
      );
    }
    let significant = 0;
    const seen = new Set<MachineRegister>();
    const count = (other: MachineRegister) => {
      if (seen.has(other)) return;
      seen.add(other);
      const shared = this.#graph.meets(other, kept) && this.#graph.meets(other, merged);
      // A neighbour of both loses one.
      if (other < FIRST_VIRTUAL || this.#degree[other]! - (shared ? 1 : 0) >= COLOUR_COUNT) significant++;
    };
    this.#visitNeighbours(kept, count);
    this.#visitNeighbours(merged, count);
    return significant < COLOUR_COUNT;
  }

  #merge(kept: MachineRegister, merged: MachineRegister): void {
    this.#spill.delete(merged);
    this.#state[merged] = 'coalesced';
    this.#alias[merged] = kept;
    this.#costs[kept]! += this.#costs[merged]!;
    this.#movesOf[kept]!.push(...this.#movesOf[merged]!);
    this.#visitNeighbours(merged, (other) => {
      if (this.#graph.connect(other, kept)) {
        if (kept >= FIRST_VIRTUAL) this.#degree[kept]!++;
        if (other >= FIRST_VIRTUAL) this.#degree[other]!++;
      }
      this.#lowerDegree(other);
    });
    if (this.#state[kept] === 'freeze' && this.#degree[kept]! >= COLOUR_COUNT) {
      this.#state[kept] = 'spill';
      this.#spill.add(kept);
    }
  }

  #maybeSimplify(register: MachineRegister): void {
    if (this.#state[register] !== 'freeze' || this.#degree[register]! >= COLOUR_COUNT || this.#isMoveRelated(register))
      return;
    this.#state[register] = 'simplify';
    this.#simplify.push(register);
  }

  /** Gives up the moves of a register, so that it can leave the graph. */
  #freezeMoves(register: MachineRegister): void {
    this.#state[register] = 'simplify';
    this.#simplify.push(register);
    for (const move of this.#movesOf[register]!) {
      if (this.#moveStates.get(move) === 'done') continue;
      this.#moveStates.set(move, 'done');
      const [a, b] = [this.#find(move.dst), this.#find(move.src)];
      this.#maybeSimplify(a === register ? b : a);
    }
  }

  #cheapest(): MachineRegister {
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const register of this.#spill) {
      const cost = this.#costs[register]! / this.#degree[register]!;
      if (best === -1 || cost < bestCost) [best, bestCost] = [register, cost];
    }
    return best;
  }

  #assign(): Colouring {
    const { registerCount, neighbours } = this.#graph;
    const colours = new Uint8Array(registerCount);
    const coloured = new Uint8Array(registerCount);
    for (let register = 0; register < FIRST_VIRTUAL; register++)
      [colours[register], coloured[register]] = [register, 1];
    const spilled = new Map<MachineRegister, MachineRegister[]>();
    for (let register = this.#stack.pop(); register !== undefined; register = this.#stack.pop()) {
      let taken = 0;
      for (const neighbour of neighbours[register]!) {
        const other = this.#find(neighbour);
        if (coloured[other]) taken |= 1 << colours[other]!;
      }
      const free = PREFERENCE.filter((colour) => (taken & (1 << colour)) === 0);
      if (free.length === 0) {
        spilled.set(register, [register]);
        continue;
      }
      colours[register] = this.#partnerColour(register, free, coloured, colours) ?? free[0]!;
      coloured[register] = 1;
    }
    for (let register = FIRST_VIRTUAL; register < registerCount; register++) {
      if (this.#state[register] !== 'coalesced') continue;
      const kept = this.#find(register);
      colours[register] = colours[kept]!;
      spilled.get(kept)?.push(register);
    }
    return { colours, spilled: [...spilled.values()] };
  }

  /** The register of the other side of a move, where it is free: the move goes all the same. */
  #partnerColour(
    register: MachineRegister,
    free: readonly MachineRegister[],
    coloured: Uint8Array,
    colours: Uint8Array,
  ): MachineRegister | undefined {
    for (const move of this.#movesOf[register]!) {
      const [a, b] = [this.#find(move.dst), this.#find(move.src)];
      const partner = a === register ? b : a;
      if (coloured[partner] && free.includes(colours[partner]!)) return colours[partner]!;
    }
    return undefined;
  }

  #isMoveRelated(register: MachineRegister): boolean {
    return this.#movesOf[register]!.some((move) => this.#moveStates.get(move) !== 'done');
  }

  #visitNeighbours(register: MachineRegister, visit: (other: MachineRegister) => void): void {
    for (const other of this.#graph.neighbours[register]!) {
      const state = this.#state[other];
      if (state !== 'stacked' && state !== 'coalesced') visit(other);
    }
  }

  #everyNeighbour(register: MachineRegister, test: (other: MachineRegister) => boolean): boolean {
    return this.#graph.neighbours[register]!.every((other) => {
      const state = this.#state[other];
      return state === 'stacked' || state === 'coalesced' || test(other);
    });
  }

  #find(register: MachineRegister): MachineRegister {
    let node = register;
    while (this.#alias[node] !== node) node = this.#alias[node]!;
    return node;
  }
}
