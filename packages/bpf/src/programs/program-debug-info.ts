import type { AssembledProgram } from '../asm/assemble.ts';
import { FUNC_INFO_SIZE, LINE_INFO_SIZE, programBtf } from '../btf/program-btf.ts';
import { bpfAttr, tryBpf } from '../sys/bpf.ts';
import { Fd } from '../sys/fd.ts';
import type { KernelStruct } from '../sys/kernel-struct.ts';

/**
 * BTF of our own program, loaded: it names functions (callbacks need that) and source lines (the verifier's log quotes
 * them).
 */
export interface ProgramDebugInfo extends Disposable {
  /** Fills in the parts of BPF_PROG_LOAD's attributes that speak of it. */
  describeIn(attr: KernelStruct): void;
}

/**
 * Describes a program that has subprograms or source lines to the kernel.
 *
 * @returns undefined where there is nothing to describe, or the kernel refuses the BTF: most programs load without.
 */
export function loadDebugInfo(name: string, assembled: AssembledProgram): ProgramDebugInfo | undefined {
  const { functions, sources } = assembled;
  if (functions.length < 2 && sources.length === 0) return undefined;
  const named = functions.map(({ label, insnOffset }) => ({ name: label || name, insnOffset }));
  const { btf, funcInfo, lineInfo } = programBtf({ functions: named, sources, fileName: name });
  const result = tryBpf('BPF_BTF_LOAD', bpfAttr(32).pointer(0, btf).u32(16, btf.length));
  if (result < 0) return undefined;
  const fd = new Fd(result, `BTF of program ${name}`);
  return {
    describeIn(attr) {
      attr.u32(72, fd.number);
      attr
        .u32(76, FUNC_INFO_SIZE)
        .pointer(80, funcInfo)
        .u32(88, funcInfo.length / FUNC_INFO_SIZE);
      attr
        .u32(92, LINE_INFO_SIZE)
        .pointer(96, lineInfo)
        .u32(104, lineInfo.length / LINE_INFO_SIZE);
    },
    [Symbol.dispose]: () => fd.close(),
  };
}
