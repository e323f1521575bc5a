import type { BtfTypes } from '../btf/types.ts';
import type { AttachSpec } from '../spec/index.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import { ATTACH_TYPES, CGROUP_HOOKS } from './attach-types.ts';

/** What the kernel wants to know at load time of where a program will run. */
export interface AttachTarget {
  /** enum bpf_attach_type; 0 where the program type has none. */
  readonly expectedAttachType: number;
  /** The type or function in kernel BTF that a `tracing` program attaches to; 0 elsewhere. */
  readonly attachBtfId: number;
}

const NONE: AttachTarget = { expectedAttachType: 0, attachBtfId: 0 };

const TRACING_TYPES = {
  entry: ATTACH_TYPES.BPF_TRACE_FENTRY,
  exit: ATTACH_TYPES.BPF_TRACE_FEXIT,
  'modify-return': ATTACH_TYPES.BPF_MODIFY_RETURN,
} as const;

/** Whether `attachTarget` looks into kernel BTF for this hook. */
export function needsKernelBtf(attach: AttachSpec): boolean {
  return attach.kind === 'tracing' || attach.kind === 'iterator' || (attach.kind === 'raw-tracepoint' && attach.btf);
}

/**
 * Finds the attach type and the BTF id of a hook.
 *
 * @param btf of the kernel, or of the module that the hook names; asked only if `needsKernelBtf`.
 * @throws UnsupportedError where this kernel has no such tracepoint, iterator or function.
 */
export function attachTarget(attach: AttachSpec, btf: () => BtfTypes): AttachTarget {
  switch (attach.kind) {
    case 'raw-tracepoint': {
      if (!attach.btf) return NONE;
      // DEFINE_EVENT in include/trace/bpf_probe.h leaves a typedef of the probe's function for each tracepoint.
      const id = btf().find(`btf_trace_${attach.name}`, 'typedef')?.id;
      return target(ATTACH_TYPES.BPF_TRACE_RAW_TP, id, `BTF raw tracepoint "${attach.name}"`);
    }
    case 'iterator': {
      const id = btf().find(`bpf_iter_${attach.target}`, 'function')?.id;
      return target(ATTACH_TYPES.BPF_TRACE_ITER, id, `iterator "${attach.target}"`);
    }
    case 'tracing': {
      const id = btf().find(attach.function, 'function')?.id;
      return target(TRACING_TYPES[attach.at], id, `function "${attach.function}"`);
    }
    case 'cgroup':
      return { expectedAttachType: CGROUP_HOOKS[attach.hook].attachType, attachBtfId: 0 };
    default:
      return NONE;
  }
}

function target(expectedAttachType: number, attachBtfId: number | undefined, feature: string): AttachTarget {
  if (attachBtfId === undefined) throw new UnsupportedError(feature, 'not in this kernel’s BTF');
  return { expectedAttachType, attachBtfId };
}
