import type { Block, IrFunction, VirtualRegister } from '../../ir/ir.ts';
import { definitionOf, mapUses, visitUses, withDefinition } from '../../ir/operands.ts';
import { BitSet } from '../bit-set.ts';
import { analyseControlFlow, type ControlFlow, withBlocks, withContents } from '../control-flow.ts';

/**
 * Gives each independent use of a register a register of its own: two definitions stay together only where a use may see
 * either. So a variable that a script reuses counts as several values, each with its own facts and its own life.
 */
export function splitWebs(fn: IrFunction, flow = analyseControlFlow(fn)): IrFunction {
  const definitions = collectDefinitions(fn, flow);
  if (definitions.count === 0) return fn;
  const reaching = solveReaching(flow, definitions);
  const webs = new Webs(definitions.count);
  walkUses(flow, definitions, reaching, (ids) => {
    for (let i = 1; i < ids.length; i++) webs.join(ids[0]!, ids[i]!);
  });
  return rename(fn, flow, definitions, reaching, webs);
}

/** Definitions of the registers that have more than one, numbered. Parameters are definitions at the entry. */
interface Definitions {
  readonly count: number;
  readonly registerOf: readonly VirtualRegister[];
  readonly byRegister: ReadonlyMap<VirtualRegister, readonly number[]>;
  /** By number of the block and of the instruction; -1 where none is tracked. */
  readonly at: readonly Int32Array[];
  /** Of parameters, in the order of their registers. */
  readonly atEntry: readonly number[];
}

function collectDefinitions(fn: IrFunction, flow: ControlFlow): Definitions {
  const total = new Int32Array(fn.registerCount);
  for (const parameter of fn.params) total[parameter]!++;
  for (const block of flow.blocks) {
    for (const instruction of block.instructions) {
      const dst = definitionOf(instruction);
      if (dst !== undefined) total[dst]!++;
    }
  }
  const registerOf: VirtualRegister[] = [];
  const byRegister = new Map<VirtualRegister, number[]>();
  const add = (register: VirtualRegister) => {
    const id = registerOf.push(register) - 1;
    const all = byRegister.get(register);
    if (all) all.push(id);
    else byRegister.set(register, [id]);
    return id;
  };
  const atEntry = fn.params.filter((register) => total[register]! > 1).map(add);
  const at = flow.blocks.map((block) =>
    Int32Array.from(block.instructions, (instruction) => {
      const dst = definitionOf(instruction);
      return dst !== undefined && total[dst]! > 1 ? add(dst) : -1;
    }),
  );
  return { count: registerOf.length, registerOf, byRegister, at, atEntry };
}

/** The definitions that may reach the start of each block. */
function solveReaching(flow: ControlFlow, definitions: Definitions): readonly BitSet[] {
  const make = () => flow.blocks.map(() => new BitSet(definitions.count));
  const gen = make();
  const kill = make();
  const before = make();
  const after = make();
  for (const [index, ids] of definitions.at.entries()) {
    for (const id of ids) {
      if (id < 0) continue;
      for (const other of definitions.byRegister.get(definitions.registerOf[id]!)!) {
        gen[index]!.delete(other);
        kill[index]!.add(other);
      }
      gen[index]!.add(id);
    }
  }
  for (const id of definitions.atEntry) before[0]!.add(id);
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = 0; index < flow.blocks.length; index++) {
      for (const from of flow.predecessors[index]!) before[index]!.union(after[from]!);
      if (after[index]!.transfer(before[index]!, gen[index]!, kill[index]!)) changed = true;
    }
  }
  return before;
}

/** Calls `visit` with the definitions that each use of a tracked register may see. */
function walkUses(
  flow: ControlFlow,
  definitions: Definitions,
  reaching: readonly BitSet[],
  visit: (ids: readonly number[]) => void,
): void {
  for (const [index, block] of flow.blocks.entries()) {
    const current = new Map<VirtualRegister, readonly number[]>();
    const use = (register: VirtualRegister) => {
      if (definitions.byRegister.has(register)) visit(seenBy(register, current, definitions, reaching[index]!));
    };
    for (const [position, instruction] of block.instructions.entries()) {
      visitUses(instruction, use);
      const id = definitions.at[index]![position]!;
      if (id >= 0) current.set(definitions.registerOf[id]!, [id]);
    }
    visitUses(block.terminator, use);
  }
}

function seenBy(
  register: VirtualRegister,
  current: ReadonlyMap<VirtualRegister, readonly number[]>,
  definitions: Definitions,
  before: BitSet,
): readonly number[] {
  return current.get(register) ?? definitions.byRegister.get(register)!.filter((id) => before.has(id));
}

/** The web of the first definition keeps the register, so parameters stay where they are. */
function rename(
  fn: IrFunction,
  flow: ControlFlow,
  definitions: Definitions,
  reaching: readonly BitSet[],
  webs: Webs,
): IrFunction {
  let registerCount = fn.registerCount;
  const names = new Map<number, VirtualRegister>();
  for (const [register, ids] of definitions.byRegister) {
    for (const [position, id] of ids.entries()) {
      const root = webs.find(id);
      if (!names.has(root)) names.set(root, position === 0 ? register : (registerCount++ as VirtualRegister));
    }
  }
  const blocks = flow.blocks.map((block, index): Block => {
    const current = new Map<VirtualRegister, readonly number[]>();
    const nameOf = (register: VirtualRegister) => {
      if (!definitions.byRegister.has(register)) return register;
      const id = seenBy(register, current, definitions, reaching[index]!)[0];
      return id === undefined ? register : names.get(webs.find(id))!;
    };
    const instructions = block.instructions.map((instruction, position) => {
      const renamed = mapUses(instruction, nameOf);
      const id = definitions.at[index]![position]!;
      if (id < 0) return renamed;
      current.set(definitions.registerOf[id]!, [id]);
      return withDefinition(renamed, names.get(webs.find(id))!);
    });
    return withContents(block, instructions, mapUses(block.terminator, nameOf));
  });
  return registerCount === fn.registerCount ? fn : { ...withBlocks(fn, flow, blocks), registerCount };
}

/** Disjoint sets with path halving. */
class Webs {
  readonly #parent: Int32Array;

  constructor(count: number) {
    this.#parent = Int32Array.from({ length: count }, (_, index) => index);
  }

  find(id: number): number {
    let node = id;
    while (this.#parent[node] !== node) {
      this.#parent[node] = this.#parent[this.#parent[node]!]!;
      node = this.#parent[node]!;
    }
    return node;
  }

  join(a: number, b: number): void {
    const left = this.find(a);
    const right = this.find(b);
    if (left < right) this.#parent[right] = left;
    else this.#parent[left] = right;
  }
}
