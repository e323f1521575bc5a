import type { BtfType, BtfTypes } from '@waggle/bpf/btf';
import type { KernelFacts } from '../../facts/kernel-facts.ts';

type FunctionProto = Extract<BtfType, { readonly kind: 'function-proto' }>;

/** MAX_BPF_FUNC_ARGS, include/linux/bpf.h. */
const MOST_ARGUMENTS = 12;
/** A struct in two registers. */
const LARGEST_STRUCT_BYTES = 16;

/**
 * Why the kernel lets no fentry or fexit program run at a function, by the function's type; undefined where it does. The rules are those of
 * btf_distill_func_proto (kernel/bpf/btf.c) and arch_prepare_bpf_trampoline (arch/x86/net/bpf_jit_comp.c, arch/arm64/net/bpf_jit_comp.c).
 */
export function trampolineRefusal(
  btf: BtfTypes,
  { returnId, params }: FunctionProto,
  { architecture, kernelVersion: [major, minor] }: Pick<KernelFacts, 'architecture' | 'kernelVersion'>,
): string | undefined {
  const last = params.at(-1);
  if (last !== undefined && last.name === '' && last.typeId === 0) return 'takes any number of arguments';
  if (structSize(btf, returnId) !== undefined) return 'returns a struct or union';
  const sizes = params.map(({ typeId }) => structSize(btf, typeId) ?? 8);
  if (sizes.some((size) => size > LARGEST_STRUCT_BYTES))
    return `takes a struct larger than ${LARGEST_STRUCT_BYTES} bytes`;
  const words = sizes.reduce((sum, size) => sum + Math.ceil(size / 8), 0);
  // Arguments on the stack: Linux 6.6 on x86-64.
  const inRegisters = architecture === 'arm64' ? 8 : major > 6 || (major === 6 && minor >= 6) ? MOST_ARGUMENTS : 6;
  return words > inRegisters ? `takes more than ${inRegisters} arguments` : undefined;
}

/** Of what is passed by value as more than a number. */
function structSize(btf: BtfTypes, typeId: number): number | undefined {
  const type = btf.resolve(typeId);
  return type.kind === 'struct' || type.kind === 'union' ? type.sizeBytes : undefined;
}
