import type { SourceLine } from '@waggle/bpf/asm';
import {
  FRAME_POINTER,
  isMove,
  type MachineFunction,
  type MachineInstruction,
  type MachineRegister,
  type MachineTerminator,
  mapMachineRegisters,
  visitMachineDefinitions,
  visitMachineUses,
} from './machine.ts';
import { findRematerialisable, type Rematerialisable } from './rematerialise.ts';

/** Where a register lives instead: at an offset from the frame pointer, or nowhere, where computing it anew is as good. */
type Home =
  | { readonly kind: 'frame'; readonly offset: number }
  | { readonly kind: 'again'; readonly instruction: Rematerialisable };

/**
 * Rewrites the function so that spilled registers are loaded before each use and stored after each definition, through new registers that live
 * for one instruction. Values keep all their 64 bits, and so their bounds. The frame grows by their places.
 */
export function insertSpills(
  fn: MachineFunction,
  spilled: readonly (readonly MachineRegister[])[],
  meets: (a: MachineRegister, b: MachineRegister) => boolean,
): void {
  const homes = findHomes(fn, spilled, meets);
  for (const block of fn.blocks) {
    const rewritten: MachineInstruction[] = [];
    for (const instruction of block.instructions) rewriteInstruction(fn, homes, instruction, rewritten);
    loadOperands(fn, homes, block.terminator, rewritten);
    block.instructions = rewritten;
  }
}

/** Sets that do not meet share their eight bytes. */
function findHomes(
  fn: MachineFunction,
  spilled: readonly (readonly MachineRegister[])[],
  meets: (a: MachineRegister, b: MachineRegister) => boolean,
): ReadonlyMap<MachineRegister, Home> {
  const again = findRematerialisable(fn);
  const homes = new Map<MachineRegister, Home>();
  const places: { readonly offset: number; readonly members: MachineRegister[] }[] = [];
  for (const members of spilled) {
    const [first, ...others] = members;
    const instruction = others.length === 0 ? again.get(first!) : undefined;
    if (instruction) {
      homes.set(first!, { kind: 'again', instruction });
      continue;
    }
    let place = places.find((one) => !one.members.some((a) => members.some((b) => meets(a, b))));
    if (!place) {
      fn.frameBytes += 8;
      place = { offset: -fn.frameBytes, members: [] };
      places.push(place);
    }
    place.members.push(...members);
    for (const register of members) homes.set(register, { kind: 'frame', offset: place.offset });
  }
  return homes;
}

function rewriteInstruction(
  fn: MachineFunction,
  homes: ReadonlyMap<MachineRegister, Home>,
  insn: MachineInstruction,
  out: MachineInstruction[],
): void {
  if (isMove(insn) && rewriteMove(homes, insn, out)) return;
  const written: MachineRegister[] = [];
  visitMachineDefinitions(insn, (register) => written.push(register));
  // A register whose only definition is repeated at its uses needs this one no more.
  if (written.some((register) => homes.get(register)?.kind === 'again')) return;
  const renamed = loadOperands(fn, homes, insn, out);
  const stores: MachineInstruction[] = [];
  for (const register of written) {
    const home = homes.get(register);
    if (home?.kind !== 'frame') continue;
    const temporary = renamed.get(register) ?? fn.registerCount++;
    if (!renamed.has(register)) mapMachineRegisters(insn, (other) => (other === register ? temporary : other));
    stores.push(store(home.offset, temporary, insn.source));
  }
  out.push(insn, ...stores);
}

/** A move from or to memory is a load or a store. */
function rewriteMove(
  homes: ReadonlyMap<MachineRegister, Home>,
  insn: MachineInstruction & { kind: 'alu' },
  out: MachineInstruction[],
): boolean {
  const from = homes.get(insn.src);
  const to = homes.get(insn.dst);
  if (from && !to) {
    out.push(fetch(insn.dst, from, insn.source));
    return true;
  }
  if (to?.kind !== 'frame') return to !== undefined;
  if (!from) {
    out.push(store(to.offset, insn.src, insn.source));
    return true;
  }
  return from.kind === 'frame' && from.offset === to.offset;
}

/** Loads what an instruction reads into new registers; gives their names by the old ones. */
function loadOperands(
  fn: MachineFunction,
  homes: ReadonlyMap<MachineRegister, Home>,
  item: MachineInstruction | MachineTerminator,
  out: MachineInstruction[],
): ReadonlyMap<MachineRegister, MachineRegister> {
  const renamed = new Map<MachineRegister, MachineRegister>();
  visitMachineUses(item, (register) => {
    const home = homes.get(register);
    if (!home || renamed.has(register)) return;
    const temporary = fn.registerCount++;
    renamed.set(register, temporary);
    out.push(fetch(temporary, home, item.source));
  });
  if (renamed.size > 0) mapMachineRegisters(item, (register) => renamed.get(register) ?? register);
  return renamed;
}

function fetch(dst: MachineRegister, home: Home, source: SourceLine | undefined): MachineInstruction {
  if (home.kind === 'again') return { ...home.instruction, dst, ...(source && { source }) };
  return {
    kind: 'load',
    size: 8,
    signed: false,
    dst,
    base: FRAME_POINTER,
    offset: home.offset,
    ...(source && { source }),
  };
}

function store(offset: number, src: MachineRegister, source: SourceLine | undefined): MachineInstruction {
  return { kind: 'store', size: 8, base: FRAME_POINTER, offset, src, imm: 0, ...(source && { source }) };
}
