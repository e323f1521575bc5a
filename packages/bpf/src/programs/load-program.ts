import { type AssembledProgram, assemble } from '../asm/assemble.ts';
import type { SourceLine } from '../asm/instruction.ts';
import type { Btf } from '../btf/btf.ts';
import type { BpfMap } from '../maps/bpf-map.ts';
import { PROGRAM_TYPES, type ProgramSpec } from '../spec/index.ts';
import { bpfAttr, objectName, tryBpf } from '../sys/bpf.ts';
import { E2BIG, EACCES, EINVAL, ENOSPC, ENOTSUPP, EPERM } from '../sys/errno.ts';
import { Fd } from '../sys/fd.ts';
import type { KernelStruct } from '../sys/kernel-struct.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { UnsupportedError } from '../sys/unsupported-error.ts';
import { type AttachTarget, attachTarget, needsKernelBtf } from './attach-target.ts';
import { openKernelBtf } from './kernel-btf.ts';
import { openModuleBtf } from './module-btf.ts';
import { Program } from './program.ts';
import { loadDebugInfo, type ProgramDebugInfo } from './program-debug-info.ts';
import { readVerifierLog, VerifierError } from './verifier-error.ts';

export interface LoadOptions {
  /** The maps that the instructions name. */
  readonly maps: ReadonlyMap<string, BpfMap>;
  /** Types of this kernel, for programs that attach by BTF; read from /sys/kernel/btf/vmlinux where it is not given. */
  readonly kernelBtf?: Btf;
  /** Gets the verifier's whole log also of a program that passes; loading is slower with it. */
  readonly onLog?: (log: string) => void;
}

const ATTR_SIZE = 128;
const FIRST_LOG_BYTES = 64 * 1024;
const LARGEST_LOG_BYTES = 16 * 1024 * 1024;

/** Everything that a load of one program consists of. */
interface LoadRequest {
  readonly spec: ProgramSpec;
  readonly assembled: AssembledProgram;
  readonly insns: Uint8Array;
  readonly target: AttachTarget;
  readonly moduleBtfFd: number;
}

/**
 * Assembles and loads a program. The first attempt asks for no log, as writing it costs more than the verification; a
 * refused program is loaded again to hear why.
 *
 * @throws VerifierError (with the script's line where instructions carry one), UnsupportedError, SyscallError; AsmError
 *   and TypeError for instructions that no program can have.
 */
export function loadProgram(spec: ProgramSpec, options: LoadOptions): Program {
  const assembled = assemble(spec.instructions);
  const insns = relocate(spec, assembled, options.maps);
  using moduleBtf = moduleOf(spec) === undefined ? undefined : openModuleBtf(moduleOf(spec)!, options.kernelBtf);
  const target = attachTarget(spec.attach, () => moduleBtf?.types ?? options.kernelBtf ?? openKernelBtf());
  const request: LoadRequest = { spec, assembled, insns, target, moduleBtfFd: moduleBtf?.fd ?? 0 };
  if (options.onLog !== undefined) return loadWithLog(request, options.onLog);
  const result = loadQuietly(request);
  return result >= 0 ? made(spec, result) : loadWithLog(request);
}

function made(spec: ProgramSpec, fd: number): Program {
  return new Program(spec, new Fd(fd, `program ${spec.name}`));
}

function moduleOf(spec: ProgramSpec): string | undefined {
  return needsKernelBtf(spec.attach) && 'module' in spec.attach ? spec.attach.module : undefined;
}

/** Writes the descriptors of the maps into a copy of the program. */
function relocate(spec: ProgramSpec, assembled: AssembledProgram, maps: ReadonlyMap<string, BpfMap>): Uint8Array {
  const insns = Uint8Array.from(assembled.bytes);
  const view = new DataView(insns.buffer);
  for (const { insnIndex, map } of assembled.relocations) {
    const fd = maps.get(map)?.fd;
    if (fd === undefined) {
      const known = [...maps.keys()].join(', ') || 'none';
      throw new TypeError(`cannot load program "${spec.name}": map "${map}" is not among the given ones (${known})`);
    }
    view.setInt32(insnIndex * 8 + 4, fd, true);
  }
  return insns;
}

/**
 * Callbacks need BTF of the program's functions. Its source lines serve the log alone, and would make a load four times
 * as long.
 */
function loadQuietly(request: LoadRequest): number {
  const { spec, assembled } = request;
  using debugInfo = assembled.functions.length > 1 ? loadDebugInfo(spec.name, assembled) : undefined;
  return tryBpf('BPF_PROG_LOAD', loadAttr(request, debugInfo));
}

function loadAttr(request: LoadRequest, debugInfo: ProgramDebugInfo | undefined): KernelStruct {
  const { spec, insns, target } = request;
  const attr = bpfAttr(ATTR_SIZE)
    .u32(0, PROGRAM_TYPES[spec.type])
    .u32(4, insns.length / 8)
    .pointer(8, insns)
    .stringPointer(16, spec.license)
    .chars(48, objectName(spec.name), 16)
    .u32(68, target.expectedAttachType)
    .u32(108, target.attachBtfId)
    .u32(112, request.moduleBtfFd);
  debugInfo?.describeIn(attr);
  return attr;
}

function loadWithLog(request: LoadRequest, onLog?: (log: string) => void): Program {
  const { spec } = request;
  using debugInfo = loadDebugInfo(spec.name, request.assembled);
  for (let logBytes = FIRST_LOG_BYTES; ; logBytes *= 4) {
    const buffer = Buffer.alloc(logBytes);
    const attr = loadAttr(request, debugInfo).u32(24, 1).u32(28, logBytes).pointer(32, buffer);
    const result = tryBpf('BPF_PROG_LOAD', attr);
    if (result === -ENOSPC && logBytes < LARGEST_LOG_BYTES) continue;
    const end = buffer.indexOf(0);
    const log = buffer.toString('utf8', 0, end < 0 ? logBytes : end);
    onLog?.(log);
    if (result >= 0) return made(spec, result);
    throw refusal(request, -result, log);
  }
}

function refusal(request: LoadRequest, errno: number, log: string): Error {
  const { spec } = request;
  const verdict = readVerifierLog(log);
  const saidNothing = log.trim() === '';
  if (!saidNothing) {
    return new VerifierError(spec.name, errno, log, verdict, sourceOf(request.assembled, verdict.insnIndex));
  }
  const error = new SyscallError(`cannot load program "${spec.name}"`, 'bpf(BPF_PROG_LOAD)', errno);
  if (spec.attach.kind === 'tracing' && (errno === EPERM || errno === ENOTSUPP)) {
    const feature = `fentry, fexit and modify-return programs (here of "${spec.attach.function}")`;
    return new UnsupportedError(feature, 'refused by this kernel', '5.5', error);
  }
  if (errno === EPERM || errno === EACCES) {
    const needs = 'the process needs root, or CAP_BPF and CAP_PERFMON';
    return new UnsupportedError(`loading "${spec.name}"`, `not permitted: ${needs}`, undefined, error);
  }
  if (errno === EINVAL) {
    const feature = `program type "${spec.type}" attached as ${spec.attach.kind}`;
    return new UnsupportedError(feature, 'refused by this kernel without a word', undefined, error);
  }
  if (errno === E2BIG) {
    const size = `${request.insns.length / 8} instructions, expected at most 1000000`;
    return new TypeError(`cannot load program "${spec.name}": ${size}`, { cause: error });
  }
  return error;
}

/** The source line of an instruction: that of the last place at or before it. */
function sourceOf(assembled: AssembledProgram, insnIndex: number | undefined): SourceLine | undefined {
  if (insnIndex === undefined) return undefined;
  return assembled.sources.findLast((place) => place.insnOffset <= insnIndex)?.source;
}
