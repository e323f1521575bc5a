import { helperMinKernel, helperName } from '@waggle/bpf/asm';
import type { IrProgram } from '../ir/index.ts';
import type { TypedProbe } from '../typed/tree.ts';
import type { ScriptState } from './script-state.ts';

/** Reports the helpers that this kernel does not have yet: the verifier would only say that it does not know a number. */
export function requireHelpers(script: ScriptState, probe: TypedProbe, program: IrProgram): void {
  const missing = new Set<number>();
  for (const { blocks } of program.functions) {
    for (const instruction of blocks.flatMap((block) => block.instructions)) {
      if (instruction.kind === 'call' && !isThere(script, instruction.helper)) missing.add(instruction.helper);
    }
  }
  const [major, minor] = script.facts.kernelVersion;
  for (const helper of missing) {
    const message = `the probe calls bpf_${helperName(helper)}, which needs Linux ${helperMinKernel(helper)}; this is ${major}.${minor}`;
    script.diagnostics.error('kernel-too-old', probe.span, message);
  }
}

function isThere(script: ScriptState, helper: number): boolean {
  const release = helperMinKernel(helper);
  if (release === undefined) return true;
  const [major, minor] = release.split('.').map(Number) as [number, number];
  return script.kernelHas(major, minor);
}
