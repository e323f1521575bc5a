import { AsmError } from './asm-error.ts';
import type { ByteOrder } from './byte-order.ts';
import { HOST_BYTE_ORDER } from './byte-order.ts';
import type { EncodedInsn } from './encode-instruction.ts';
import { encodeInstruction, slotsOf } from './encode-instruction.ts';
import type { Instruction, SourceLine } from './instruction.ts';
import { INSN_SIZE } from './opcodes.ts';

/**
 * A map load whose address only the loader knows. It writes the map's file descriptor into the 32-bit immediate at
 * byte `insnIndex * 8 + 4`; the pseudo source register and a map value's `offset` are already in place.
 */
export interface MapRelocation {
  /** Slot of the first half of the `lddw`. */
  readonly insnIndex: number;
  readonly kind: 'map' | 'map-value';
  readonly map: string;
  /** Byte in the map's value; 0 for `map`. */
  readonly offset: number;
}

/** Where a function starts. */
export interface FunctionPlace {
  readonly label: string;
  /** In slots of 8 bytes. */
  readonly insnOffset: number;
}

/** From this slot on, until the next place, the instructions come from this source line. */
export interface SourcePlace {
  /** In slots of 8 bytes. */
  readonly insnOffset: number;
  readonly source: SourceLine;
}

/** What the kernel takes, and what the loader must still fill in or may tell the kernel besides. */
export interface AssembledProgram {
  /** `struct bpf_insn` after `struct bpf_insn`. */
  readonly bytes: Uint8Array;
  /** Slots of 8 bytes in `bytes`; an `lddw` takes two. */
  readonly insnCount: number;
  readonly byteOrder: ByteOrder;
  readonly relocations: readonly MapRelocation[];
  /** The main program first, at slot 0 (its label is '' where it has none), then the subprograms in order. */
  readonly functions: readonly FunctionPlace[];
  /** By rising slot, one only where the source changes, none twice at a slot. */
  readonly sources: readonly SourcePlace[];
}

export interface AssembleOptions {
  /** Default: this machine's. */
  readonly byteOrder?: ByteOrder;
}

/**
 * Turns symbolic instructions into a program. Jumps are those of every kernel, with 16 bits of distance; nothing is
 * rewritten, reordered or added.
 * @throws AsmError whose `at` is the index in `instructions`.
 */
export function assemble(instructions: readonly Instruction[], options: AssembleOptions = {}): AssembledProgram {
  const byteOrder = options.byteOrder ?? HOST_BYTE_ORDER;
  const layout = layOut(instructions);
  const bytes = new Uint8Array(layout.insnCount * INSN_SIZE);
  const view = new DataView(bytes.buffer);
  const relocations: MapRelocation[] = [];
  const sources: SourcePlace[] = [];

  let slot = 0;
  for (const [index, instruction] of instructions.entries()) {
    if (instruction.kind === 'label') continue;
    const behind = slot + 1;
    const encoded = locateErrors(index, () =>
      encodeInstruction(instruction, (label, use) => labelSlot(layout, label, use) - behind),
    );
    writeInsn(view, slot, encoded, byteOrder);
    if (instruction.kind === 'lddw') {
      const { value } = instruction;
      if (value.kind === 'map') relocations.push({ insnIndex: slot, kind: 'map', map: value.map, offset: 0 });
      if (value.kind === 'map-value') {
        relocations.push({ insnIndex: slot, kind: 'map-value', map: value.map, offset: value.offset });
      }
    }
    noteSource(sources, slot, instruction.source);
    slot += slotsOf(instruction);
  }
  return { bytes, insnCount: layout.insnCount, byteOrder, relocations, functions: layout.functions, sources };
}

interface Layout {
  readonly insnCount: number;
  readonly labels: ReadonlyMap<string, number>;
  readonly functions: readonly FunctionPlace[];
}

function layOut(instructions: readonly Instruction[]): Layout {
  const labels = new Map<string, number>();
  const functions: FunctionPlace[] = [];
  let slot = 0;
  for (const [index, instruction] of instructions.entries()) {
    if (instruction.kind === 'label') {
      const { name } = instruction;
      if (labels.has(name)) throw new AsmError('duplicate-label', `label "${name}" is there twice`, index);
      labels.set(name, slot);
      if (instruction.function) {
        if (functions.at(-1)?.insnOffset === slot) {
          throw new AsmError('invalid-instruction', `function "${functions.at(-1)?.label}" has no instruction`, index);
        }
        functions.push({ label: name, insnOffset: slot });
      }
    }
    slot += slotsOf(instruction);
  }
  if (functions.at(-1)?.insnOffset === slot) {
    throw new AsmError('invalid-instruction', `function "${functions.at(-1)?.label}" has no instruction`);
  }
  if (slot > 0 && functions[0]?.insnOffset !== 0) functions.unshift({ label: '', insnOffset: 0 });
  return { insnCount: slot, labels, functions };
}

function labelSlot(layout: Layout, label: string, use: 'jump' | 'call'): number {
  const slot = layout.labels.get(label);
  if (slot === undefined) throw new AsmError('missing-label', `label "${label}" is nowhere`);
  if (slot === layout.insnCount) throw new AsmError('missing-label', `label "${label}" has no instruction behind it`);
  if (use === 'call' && !layout.functions.some((place) => place.label === label)) {
    throw new AsmError('invalid-instruction', `cannot call "${label}": the label starts no function`);
  }
  return slot;
}

/** Gives errors from below the place that they lack. */
function locateErrors<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AsmError) throw new AsmError(error.code, `instruction ${index}: ${error.message}`, index);
    throw error;
  }
}

function noteSource(sources: SourcePlace[], insnOffset: number, source: SourceLine | undefined): void {
  const last = sources.at(-1)?.source;
  if (source === undefined || source === last) return;
  if (last?.line === source.line && last.column === source.column && last.text === source.text) return;
  sources.push({ insnOffset, source });
}

/** The two registers share a byte: the destination is its first bit-field, which is the low half on little endian. */
function writeInsn(view: DataView, slot: number, insn: EncodedInsn, byteOrder: ByteOrder): void {
  const little = byteOrder === 'little';
  const at = slot * INSN_SIZE;
  view.setUint8(at, insn.opcode);
  view.setUint8(at + 1, little ? (insn.src << 4) | insn.dst : (insn.dst << 4) | insn.src);
  view.setInt16(at + 2, insn.offset, little);
  view.setInt32(at + 4, insn.imm, little);
  if (insn.highImm !== undefined) view.setInt32(at + INSN_SIZE + 4, insn.highImm, little);
}
