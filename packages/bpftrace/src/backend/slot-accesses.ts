import type { Address, Argument, IrFunction, IrInstruction, SlotId, VirtualRegister } from '../ir/ir.ts';
import { definitionOf } from '../ir/operands.ts';
import { effectsOf } from './helper-effects.ts';

/** What an instruction does to bytes `from` up to, not including, `to` of a slot. */
export interface SlotAccess {
  readonly slot: SlotId;
  readonly from: number;
  readonly to: number;
  readonly reads: boolean;
  /** It may write any of these bytes. */
  readonly writes: boolean;
  /** It writes all of them, and does not read them. */
  readonly fills: boolean;
}

/** Knows which slots an instruction reads and writes, also through registers that hold their addresses. */
export interface SlotAccesses {
  of(instruction: IrInstruction): readonly SlotAccess[];
  /** The slots that a register may point into. */
  pointees(register: VirtualRegister): ReadonlySet<SlotId>;
  /** Slots whose address was stored in memory: whoever loads it may use them at any time. */
  readonly escaped: ReadonlySet<SlotId>;
}

const NONE: ReadonlySet<SlotId> = new Set();
const NO_ACCESS: readonly SlotAccess[] = [];

/**
 * Addresses are followed through copies, arithmetic and function results, wherever in the function they are. A called function
 * keeps no address beyond its call.
 */
export function findSlotAccesses(fn: IrFunction): SlotAccesses {
  const { points, escaped } = followAddresses(fn);
  const pointees = (register: VirtualRegister) => points.get(register) ?? NONE;
  const wholeSlots = (slots: ReadonlySet<SlotId>, effect: Effect) =>
    [...slots].map((slot) => access(slot, 0, fn.slots[slot]!.sizeBytes, effect));

  const memory = (address: Address, size: number, effect: Effect): readonly SlotAccess[] => {
    if (address.kind === 'slot') return [access(address.slot, address.offset, address.offset + size, effect)];
    const slots = points.get(address.register);
    // Where in the slot is not known: it may write, but fills nothing.
    return slots ? wholeSlots(slots, { ...effect, fills: false }) : NO_ACCESS;
  };
  const call = (
    args: readonly Argument[],
    effectOf: (index: number) => Effect,
    sizeOf: (index: number) => number | undefined,
  ) =>
    args.flatMap((argument, index) => {
      if (argument.kind === 'register')
        return wholeSlots(pointees(argument.register), { ...effectOf(index), fills: false });
      if (argument.kind !== 'slot-address') return [];
      const end = fn.slots[argument.slot]!.sizeBytes;
      const size = sizeOf(index);
      const effect = effectOf(index);
      if (effect.fills && size !== undefined) {
        return [access(argument.slot, argument.offset, Math.min(end, argument.offset + size), effect)];
      }
      return [access(argument.slot, argument.offset, end, { ...effect, fills: false })];
    });

  const of = (insn: IrInstruction): readonly SlotAccess[] => {
    switch (insn.kind) {
      case 'load':
        return memory(insn.address, insn.size, READS);
      case 'store':
        return memory(insn.address, insn.size, FILLS);
      case 'atomic':
        return memory(insn.address, insn.size, READS_AND_WRITES);
      case 'call-function':
        return call(
          insn.args,
          () => READS_AND_WRITES,
          () => undefined,
        );
      case 'call': {
        const effects = effectsOf(insn.helper);
        return call(
          insn.args,
          (index) => {
            if (effects.reads?.includes(index)) return READS;
            return effects.fills?.pointer === index ? FILLS : READS_AND_WRITES;
          },
          () => immediateOf(insn.args[effects.fills?.size ?? -1]),
        );
      }
      default:
        return NO_ACCESS;
    }
  };
  return { of, pointees, escaped };
}

interface Effect {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly fills: boolean;
}

const READS: Effect = { reads: true, writes: false, fills: false };
const FILLS: Effect = { reads: false, writes: true, fills: true };
const READS_AND_WRITES: Effect = { reads: true, writes: true, fills: false };

function access(slot: SlotId, from: number, to: number, effect: Effect): SlotAccess {
  return { slot, from, to, ...effect };
}

function immediateOf(argument: Argument | undefined): number | undefined {
  return argument?.kind === 'immediate' ? argument.value : undefined;
}

function followAddresses(fn: IrFunction): {
  points: ReadonlyMap<VirtualRegister, ReadonlySet<SlotId>>;
  escaped: ReadonlySet<SlotId>;
} {
  const points = new Map<VirtualRegister, Set<SlotId>>();
  const escaped = new Set<SlotId>();
  let changed = true;
  const add = (dst: VirtualRegister, slots: Iterable<SlotId>) => {
    const known = points.get(dst) ?? new Set();
    for (const slot of slots) {
      if (known.has(slot)) continue;
      known.add(slot);
      points.set(dst, known);
      changed = true;
    }
  };
  const held = (register: VirtualRegister) => points.get(register) ?? NONE;
  while (changed) {
    changed = false;
    for (const block of fn.blocks) {
      for (const insn of block.instructions) {
        const dst = definitionOf(insn);
        if (dst !== undefined) for (const slots of sourcesOf(insn, held)) add(dst, slots);
        if (insn.kind === 'atomic') for (const slot of held(insn.value)) escaped.add(slot);
        if (insn.kind === 'store' && insn.value.kind === 'register') {
          for (const slot of held(insn.value.register)) escaped.add(slot);
        }
      }
    }
  }
  return { points, escaped };
}

/** The slots that an instruction's result may point into. */
function sourcesOf(insn: IrInstruction, held: (register: VirtualRegister) => ReadonlySet<SlotId>): Iterable<SlotId>[] {
  const ofArgument = (argument: Argument): Iterable<SlotId> => {
    if (argument.kind === 'slot-address') return [argument.slot];
    return argument.kind === 'register' ? held(argument.register) : NONE;
  };
  switch (insn.kind) {
    case 'address':
      return [ofArgument(insn.of)];
    case 'copy':
      return [held(insn.src)];
    case 'binary':
      return [held(insn.left), ofArgument(insn.right)];
    case 'call-function':
      return insn.args.map(ofArgument);
    default:
      return [];
  }
}
