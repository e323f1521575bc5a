import { callHelper, exit, mov64Imm } from '../asm/builders.ts';
import { HELPER_IDS, type HelperName, helperMinKernel } from '../asm/helper-ids.ts';
import type { Btf } from '../btf/btf.ts';
import { attach } from '../links/attach.ts';
import { probePmu } from '../links/probe-pmu.ts';
import { tracefs } from '../links/tracefs.ts';
import { MAP_RULES } from '../maps/check-map-spec.ts';
import { supportsMapType } from '../maps/create-map.ts';
import type { AttachSpec, MapType, ProgramSpec, ProgramType } from '../spec/index.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import { openKernelBtf } from './kernel-btf.ts';
import { loadProgram } from './load-program.ts';
import type { Program } from './program.ts';
import { VerifierError } from './verifier-error.ts';

/** Something that a kernel may lack. */
export type Feature =
  | { readonly kind: 'helper'; readonly helper: HelperName; readonly program: ProbedProgram }
  | { readonly kind: 'map-type'; readonly type: MapType }
  | { readonly kind: 'program-type'; readonly type: ProbedProgram }
  | { readonly kind: 'hook'; readonly hook: Hook };

/** Ways to attach, as scripts know them. */
export type Hook =
  | 'tracepoint'
  | 'tp-btf'
  | 'kprobe'
  | 'uprobe'
  | 'fentry'
  | 'iterator'
  | 'software-event'
  | 'socket-filter';

/**
 * Program types that can be loaded without anything to attach to, or with what every kernel has; and iterators, which
 * may call more helpers.
 */
export type ProbedProgram = keyof typeof PROBES;

interface Probe {
  /** Default: as the key says. */
  readonly type?: ProgramType;
  readonly since: string;
  /** Default: nothing. */
  readonly attach?: AttachSpec;
}

const PROBES = {
  'socket-filter': { since: '3.19' },
  kprobe: { since: '4.1' },
  'sched-cls': { since: '4.1' },
  tracepoint: { since: '4.7' },
  xdp: { since: '4.8' },
  'perf-event': { since: '4.9' },
  'cgroup-skb': { since: '4.10' },
  'cgroup-sock': { since: '4.10' },
  'sock-ops': { since: '4.13' },
  'raw-tracepoint': { since: '4.17' },
  'cgroup-sock-addr': { since: '4.17', attach: { kind: 'cgroup', hook: 'inet4-connect', path: '' } },
  tracing: { since: '5.5', attach: { kind: 'raw-tracepoint', name: 'sys_enter', btf: true } },
  iterator: { type: 'tracing', since: '5.8', attach: { kind: 'iterator', target: 'task' } },
} as const satisfies Partial<Record<ProgramType | 'iterator', Probe>>;

const TEST_RUN: AttachSpec = { kind: 'test-run' };
/** net/bpf/test_run.c: there for tests, and called by nothing else. */
const FENTRY: AttachSpec = { kind: 'tracing', at: 'entry', function: 'bpf_fentry_test1' };
const CLOCK: AttachSpec = {
  kind: 'perf-event',
  type: 'software',
  config: 0n,
  sample: { frequency: 1 },
  cpus: 'one',
};

/**
 * Asks this kernel whether it has a feature, by using it in the smallest way.
 *
 * @param kernelBtf for `tracing` programs and BTF hooks; opened where it is not given.
 * @returns what is missing, why, and the first release with it; undefined where the kernel has it.
 */
export function probeFeature(feature: Feature, kernelBtf?: Btf): UnsupportedError | undefined {
  switch (feature.kind) {
    case 'helper':
      return probeHelper(feature.helper, feature.program, kernelBtf);
    case 'map-type':
      return supportsMapType(feature.type)
        ? undefined
        : new UnsupportedError(`map type "${feature.type}"`, 'unknown to this kernel', MAP_RULES[feature.type].since);
    case 'program-type': {
      const { since } = PROBES[feature.type];
      return refusalOf(`program type "${feature.type}"`, since, () => load(feature.type, [], kernelBtf).close());
    }
    case 'hook':
      return probeHook(feature.hook, kernelBtf);
    default:
      return feature satisfies never;
  }
}

/** @throws UnsupportedError where this kernel lacks the feature. */
export function requireFeature(feature: Feature, kernelBtf?: Btf): void {
  const missing = probeFeature(feature, kernelBtf);
  if (missing !== undefined) throw missing;
}

function load(program: ProbedProgram, instructions: ProgramSpec['instructions'], kernelBtf: Btf | undefined): Program {
  const probe: Probe = PROBES[program];
  const type = probe.type ?? (program as ProgramType);
  const body = [...instructions, mov64Imm(0, 0), exit()];
  const spec = { name: 'probe', type, attach: probe.attach ?? TEST_RUN, license: 'GPL', instructions: body };
  return loadProgram(spec, { maps: new Map(), ...(kernelBtf && { kernelBtf }) });
}

/** Called without arguments, a helper that is there is refused as well, but for another reason. */
function probeHelper(helper: HelperName, program: ProbedProgram, kernelBtf?: Btf): UnsupportedError | undefined {
  const feature = `helper bpf_${helper} in ${program} programs`;
  const since = helperMinKernel(HELPER_IDS[helper]);
  try {
    load(program, [callHelper(helper)], kernelBtf).close();
  } catch (error) {
    if (error instanceof UnsupportedError) return error;
    if (!(error instanceof VerifierError)) throw error;
    if (/unknown func|invalid func|cannot use helper/.test(error.log)) {
      return new UnsupportedError(feature, error.summary, since, error);
    }
  }
  return undefined;
}

function probeHook(hook: Hook, kernelBtf?: Btf): UnsupportedError | undefined {
  switch (hook) {
    case 'tracepoint':
      return refusalOf('tracepoints', '4.7', () => void tracefs());
    case 'kprobe':
    case 'uprobe':
      return refusalOf(`${hook}s`, '4.17', () => void probePmu(hook));
    case 'tp-btf':
      return refusalOf('BTF raw tracepoints', '5.5', () => load('tracing', [], kernelBtf).close());
    case 'iterator': {
      const hasTasks = (kernelBtf ?? openKernelBtf()).find('bpf_iter_task', 'function') !== undefined;
      return hasTasks ? undefined : new UnsupportedError('iterators', 'not in this kernel’s BTF', '5.8');
    }
    case 'fentry':
      return refusalOf('fentry', '5.5', () => tryHook('tracing', FENTRY, kernelBtf));
    case 'software-event':
      return refusalOf('software perf events', '4.9', () => tryHook('perf-event', CLOCK));
    case 'socket-filter':
      return refusalOf('socket filters', '3.19', () => tryHook('socket-filter', { kind: 'socket-filter' }));
    default:
      return hook satisfies never;
  }
}

function tryHook(type: ProgramType, spec: AttachSpec, kernelBtf?: Btf): void {
  const instructions = [mov64Imm(0, 0), exit()];
  const options = { maps: new Map(), ...(kernelBtf && { kernelBtf }) };
  using program = loadProgram({ name: 'probe', type, attach: spec, license: 'GPL', instructions }, options);
  using _ = attach(program, spec);
}

function refusalOf(feature: string, since: string, use: () => void): UnsupportedError | undefined {
  try {
    use();
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedError) return error;
    if (error instanceof SyscallError || error instanceof VerifierError) {
      return new UnsupportedError(feature, error.message, since, error);
    }
    throw error;
  }
}
