import type { Instruction } from '@waggle/bpf/asm';
import { type EmitResult, emitProgram } from './backend/index.ts';
import type { CompileOptions } from './compile-options.ts';
import type { Diagnostics } from './diagnostics/diagnostic.ts';
import type { KernelFacts } from './facts/kernel-facts.ts';
import type { IrProgram } from './ir/index.ts';
import { describeScript, lowerProgram, lowerScript, ScriptState } from './lower/index.ts';
import type { CompiledProgram, CompiledScript } from './script/compiled-script.ts';
import type { SourceText } from './source/source-text.ts';
import type { TypedProbe, TypedScript } from './typed/tree.ts';

/**
 * Bytes of a value that may be in the frame, for programs that do not fit it otherwise: everything but single words goes to
 * scratch memory.
 */
const SMALL_FRAME_LIMIT = 8;

/** The later half of the compiler: typed tree to bytecode. Undefined where the script exceeds a limit. */
export function compileTyped(
  typed: TypedScript,
  source: SourceText,
  facts: KernelFacts,
  options: CompileOptions,
  diagnostics: Diagnostics,
): CompiledScript | undefined {
  options.onPhase?.('lower');
  const script = new ScriptState(typed, source, facts, options, diagnostics);
  const lowered = lowerScript(script);
  if (diagnostics.hasErrors) return undefined;
  options.onPhase?.('emit');
  const programs = lowered.map((program, index) => emit(script, program, index));
  if (diagnostics.hasErrors) return undefined;
  return { programs: programs.filter((program) => program !== undefined), ...describeScript(script) };
}

/** Bytecode of one program; where its frame is too large, once more with less in it. */
function emit(script: ScriptState, program: IrProgram, index: number): CompiledProgram | undefined {
  const probe = script.typed.probes[index]!;
  const options = { isa: script.kernelHas(6, 6) ? 4 : 3 } as const;
  let ir = program;
  let result = emitProgram(ir, options);
  if (result.kind === 'frame-overflow' && SMALL_FRAME_LIMIT < script.typed.config.onStackLimit) {
    ir = lowerProgram(script, probe, index, SMALL_FRAME_LIMIT);
    result = emitProgram(ir, options);
  }
  script.options.onIr?.(ir, index);
  if (result.kind === 'program') return describeProgram(probe, result.instructions);
  reportLimit(script, probe, result);
  return undefined;
}

function describeProgram(probe: TypedProbe, instructions: readonly Instruction[]): CompiledProgram {
  const { attachPoints, programType, phase, span } = probe;
  const [first] = attachPoints;
  if (!first) throw new Error('a probe without attach points');
  return {
    spec: { name: programName(first.name), type: programType, attach: first.attach, license: 'GPL', instructions },
    attachPoints,
    phase,
    span,
  };
}

function reportLimit(script: ScriptState, probe: TypedProbe, result: Exclude<EmitResult, { kind: 'program' }>): void {
  const { diagnostics } = script;
  if (result.kind === 'frame-overflow') {
    const largest = result.largest.map(({ name, sizeBytes }) => `${name} (${sizeBytes})`).join(', ');
    diagnostics.error(
      'stack-limit',
      probe.span,
      `the probe needs ${result.needed} bytes of stack, the kernel gives ${result.limit}`,
      {
        hint: `split the probe, or use fewer values at a time; the largest are ${largest}`,
      },
    );
  } else {
    diagnostics.error(
      'program-too-large',
      probe.span,
      `the probe compiles to ${result.insns} instructions, a jump spans ${result.limit}`,
      {
        hint: 'split the probe, or turn unrolled code into a loop',
      },
    );
  }
}

/** What the kernel shows: the last part of the probe's name, 15 characters of what it allows. */
function programName(probe: string): string {
  const last = probe.slice(probe.lastIndexOf(':') + 1);
  return last.replace(/[^A-Za-z0-9_.]/g, '_').slice(0, 15) || 'probe';
}
