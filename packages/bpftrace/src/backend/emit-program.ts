import type { Instruction } from '@waggle/bpf/asm';
import type { IrFunction, IrProgram } from '../ir/ir.ts';
import { calleesOf } from './callees.ts';
import { checkFrames, FRAME_LIMIT, type FrameOverflow } from './check-frames.ts';
import { analyseControlFlow } from './control-flow.ts';
import { type FrameLayout, layOutFrame } from './frame-layout.ts';
import { countSlots, longestJump } from './longest-jump.ts';
import { allocateRegisters } from './machine/allocate-registers.ts';
import { emitInstructions } from './machine/emit-instructions.ts';
import { forwardValues } from './machine/forward-values.ts';
import { selectInstructions } from './machine/select-instructions.ts';
import { optimise } from './optimise/optimise.ts';
import { orderBlocks } from './order-blocks.ts';

export interface EmitOptions {
  /** Of the machine that runs the program. Default little. */
  readonly byteOrder?: 'little' | 'big';
  /** Version of the instruction set: 4 has sign-extending moves (Linux 6.6). Default 3 (Linux 5.1). */
  readonly isa?: 3 | 4;
  /** Default true. */
  readonly optimise?: boolean;
  /** Bytes of the frames of a chain of calls. Default 512, the kernel's limit. */
  readonly frameLimit?: number;
}

export interface EmittedProgram {
  readonly kind: 'program';
  /** The main function, then those that it calls or hands to helpers; each starts with a label of `function: true`. */
  readonly instructions: readonly Instruction[];
  readonly stats: EmitStats;
}

export interface EmitStats {
  /** Slots of 8 bytes. */
  readonly insns: number;
  /** Registers that went to the frame. */
  readonly spills: number;
  /** Of the deepest chain of calls, as the verifier counts. */
  readonly frameBytes: number;
}

/** A jump is longer than the 32,767 slots that it can span. */
export interface ProgramTooLarge {
  readonly kind: 'program-too-large';
  readonly function: string;
  readonly insns: number;
  readonly limit: number;
}

export type EmitResult = EmittedProgram | FrameOverflow | ProgramTooLarge;

/** Jumps span 16 bits, signed. */
const JUMP_LIMIT = 0x7fff;

/** Compiles a program to instructions. What a script may exceed comes back as a result; a malformed program throws. */
export function emitProgram(program: IrProgram, options: EmitOptions = {}): EmitResult {
  const emitted = emitReachable(program, options);
  const frames = checkFrames(emitted, options.frameLimit ?? FRAME_LIMIT);
  if (frames.kind === 'frame-overflow') return frames;
  const large = emitted.find(({ insns, instructions }) => insns > JUMP_LIMIT && longestJump(instructions) > JUMP_LIMIT);
  if (large) return { kind: 'program-too-large', function: large.fn.name, insns: large.insns, limit: JUMP_LIMIT };
  return {
    kind: 'program',
    instructions: emitted.flatMap(({ instructions }) => instructions),
    stats: {
      insns: emitted.reduce((sum, { insns }) => sum + insns, 0),
      spills: emitted.reduce((sum, { spills }) => sum + spills, 0),
      frameBytes: frames.bytes,
    },
  };
}

/** One function on its way, with what the limits are checked against. */
interface EmittedFunction {
  /** As it was optimised. */
  readonly fn: IrFunction;
  readonly frame: FrameLayout;
  readonly instructions: readonly Instruction[];
  /** Slots of 8 bytes. */
  readonly insns: number;
  readonly spills: number;
  /** Slots and spilled registers. */
  readonly frameBytes: number;
}

/**
 * The main function, then those that it calls or hands to helpers, directly or not, in the program's order. What the optimiser has found to be
 * called from nowhere is left out: the verifier would reject it.
 */
function emitReachable(program: IrProgram, options: EmitOptions): readonly EmittedFunction[] {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const emitted = new Map<string, EmittedFunction>();
  const work = program.functions.slice(0, 1);
  for (let fn = work.pop(); fn; fn = work.pop()) {
    if (emitted.has(fn.name)) continue;
    const one = emitFunction(fn, options, fn === program.functions[0]);
    emitted.set(fn.name, one);
    for (const name of calleesOf(one.fn)) {
      const callee = byName.get(name);
      if (!callee) throw new Error(`${fn.name} calls ${name}, which is no function of the program`);
      work.push(callee);
    }
  }
  if (emitted.size === 0) throw new Error('program without a function');
  return program.functions.flatMap(({ name }) => emitted.get(name) ?? []);
}

function emitFunction(source: IrFunction, options: EmitOptions, isMain: boolean): EmittedFunction {
  const { fn, flow } =
    options.optimise === false
      ? { fn: source, flow: analyseControlFlow(source) }
      : optimise(source, { byteOrder: options.byteOrder ?? 'little', isMain });
  const frame = layOutFrame(fn, flow);
  const order = orderBlocks(fn, flow);
  const machine = selectInstructions({ fn, flow, frame, order, isa: options.isa ?? 3, isMain });
  const { spills } = allocateRegisters(machine);
  forwardValues(machine, frame.sizeBytes);
  const instructions = emitInstructions(machine);
  return { fn, frame, instructions, insns: countSlots(instructions), spills, frameBytes: machine.frameBytes };
}
