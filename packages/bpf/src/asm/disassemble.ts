import { AsmError } from './asm-error.ts';
import type { FunctionPlace, MapRelocation, SourcePlace } from './assemble.ts';
import type { ByteOrder } from './byte-order.ts';
import { HOST_BYTE_ORDER } from './byte-order.ts';
import type { Insn } from './decode-instruction.ts';
import { decodeInstruction, targetOf } from './decode-instruction.ts';
import { slotsOf } from './encode-instruction.ts';
import type { Instruction, SourceLine } from './instruction.ts';
import { INSN_SIZE } from './opcodes.ts';

/** What is known of a program besides its bytes: an `AssembledProgram` has it all. */
export interface KnownProgram {
  /** Default: this machine's. */
  readonly byteOrder?: ByteOrder;
  /** Names of maps. One that is not told gets the name `fd5`, by what its instruction holds. */
  readonly relocations?: readonly MapRelocation[];
  /** Names of functions. One that is called but not told gets the name `f1`, `f2`, … */
  readonly functions?: readonly FunctionPlace[];
  readonly sources?: readonly SourcePlace[];
}

/**
 * The inverse of `assemble`; labels of jumps are made up: `l1`, `l2`, …
 * @throws AsmError `invalid-bytes`, whose `at` is the slot, where something is no instruction of `Instruction`.
 */
export function disassemble(bytes: Uint8Array, known: KnownProgram = {}): Instruction[] {
  const insns = readInsns(bytes, known.byteOrder ?? HOST_BYTE_ORDER);
  const labels = nameLabels(insns, known.functions ?? []);
  const maps = new Map(known.relocations?.map((relocation) => [relocation.insnIndex, relocation.map]));
  const sources = new Map(known.sources?.map((place) => [place.insnOffset, place.source]));

  const instructions: Instruction[] = [];
  let source: SourceLine | undefined;
  let slot = 0;
  while (slot < insns.length) {
    source = sources.get(slot) ?? source;
    instructions.push(...(labels.get(slot) ?? []));
    const here = slot;
    const instruction = decodeInstruction(insns, slot, {
      labelAt: (target) => {
        const label = labels.get(target)?.[0];
        if (label?.kind !== 'label') throw new AsmError('invalid-bytes', `slot ${here}: no target at ${target}`, here);
        return label.name;
      },
      mapName: (fd) => maps.get(here) ?? `fd${fd}`,
    });
    instructions.push(source ? { ...instruction, source } : instruction);
    const width = slotsOf(instruction);
    for (let inside = slot + 1; inside < slot + width; inside++) checkNoTarget(labels, inside);
    slot += width;
  }
  checkNoTarget(labels, insns.length);
  return instructions;
}

function readInsns(bytes: Uint8Array, byteOrder: ByteOrder): Insn[] {
  if (bytes.length % INSN_SIZE !== 0) {
    throw new AsmError('invalid-bytes', `program of ${bytes.length} bytes: a multiple of ${INSN_SIZE} is wanted`);
  }
  const little = byteOrder === 'little';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const insns: Insn[] = [];
  for (let at = 0; at < bytes.length; at += INSN_SIZE) {
    const registers = view.getUint8(at + 1);
    insns.push({
      opcode: view.getUint8(at),
      dst: little ? registers & 0xf : registers >>> 4,
      src: little ? registers >>> 4 : registers & 0xf,
      offset: view.getInt16(at + 2, little),
      imm: view.getInt32(at + 4, little),
    });
  }
  return insns;
}

type Label = Extract<Instruction, { readonly kind: 'label' }>;

/** The labels in front of each slot that is a target or a named function; a function's own name comes first. */
function nameLabels(insns: readonly Insn[], functions: readonly FunctionPlace[]): ReadonlyMap<number, Label[]> {
  const labels = new Map<number, Label[]>();
  const taken = new Set(functions.map((place) => place.label));
  for (const { label, insnOffset } of functions) {
    if (label !== '') labels.set(insnOffset, [{ kind: 'label', name: label, function: true }]);
  }
  const makeUp = (prefix: string): string => {
    let number = 1;
    while (taken.has(`${prefix}${number}`)) number++;
    taken.add(`${prefix}${number}`);
    return `${prefix}${number}`;
  };
  const targets = insns.flatMap((insn, slot) => targetOf(insn, slot) ?? []);
  const called = new Set(targets.filter((target) => target.call).map((target) => target.slot));
  for (const slot of [...new Set(targets.map((target) => target.slot))].sort((a, b) => a - b)) {
    if (slot < 0 || slot > insns.length)
      throw new AsmError('invalid-bytes', `a jump to slot ${slot} leaves the program`);
    if (labels.has(slot)) continue;
    const isFunction = called.has(slot);
    const name = makeUp(isFunction ? 'f' : 'l');
    labels.set(slot, [isFunction ? { kind: 'label', name, function: true } : { kind: 'label', name }]);
  }
  return labels;
}

function checkNoTarget(labels: ReadonlyMap<number, Label[]>, slot: number): void {
  if (labels.has(slot)) throw new AsmError('invalid-bytes', `slot ${slot} is a target but no instruction`, slot);
}
