import { PROGRAM_TYPES, type ProgramSpec, type ProgramType } from '../spec/index.ts';
import { objectInfo } from '../sys/bpf.ts';
import type { Fd } from '../sys/fd.ts';
import { runOnce, type TestRun, type TestRunResult } from './test-run.ts';

/** `struct bpf_prog_info`, what of it is of use. */
export interface ProgramInfo {
  readonly id: number;
  readonly type: ProgramType | `type ${number}`;
  readonly name: string;
  /** Of the instructions, without map addresses: hexadecimal. */
  readonly tag: string;
  /** Since boot. */
  readonly loadedAtNs: bigint;
  readonly jitedSizeBytes: number;
  readonly xlatedSizeBytes: number;
  /** All runs together; counted only while statistics are on (`enableStats`, or sysctl kernel.bpf_stats_enabled). */
  readonly runTimeNs: bigint;
  /** Likewise. */
  readonly runCount: bigint;
  /** Runs that were skipped because the program was running already on that CPU (Linux 5.12). */
  readonly recursionMisses: bigint;
  /** Instructions that the verifier walked (Linux 5.16). */
  readonly verifiedInsns: number;
}

const INFO_SIZE = 232;

/** A program in the kernel. It lives as long as this descriptor or a link holds it. */
export class Program {
  readonly spec: ProgramSpec;
  readonly #fd: Fd;

  /** Made by `loadProgram`. */
  constructor(spec: ProgramSpec, fd: Fd) {
    this.spec = spec;
    this.#fd = fd;
  }

  /** @throws TypeError once closed. */
  get fd(): number {
    return this.#fd.number;
  }

  get name(): string {
    return this.spec.name;
  }

  get closed(): boolean {
    return this.#fd.closed;
  }

  /** The kernel's number of it, as bpftool shows it. */
  get id(): number {
    return this.info().id;
  }

  info(): ProgramInfo {
    const info = objectInfo(`cannot inspect program "${this.name}"`, this.fd, INFO_SIZE);
    return {
      type: programTypeName(info.readU32(0)),
      id: info.readU32(4),
      tag: info.bytes.toString('hex', 8, 16),
      jitedSizeBytes: info.readU32(16),
      xlatedSizeBytes: info.readU32(20),
      loadedAtNs: info.readU64(40),
      name: info.readChars(64, 16),
      runTimeNs: info.readU64(192),
      runCount: info.readU64(200),
      recursionMisses: info.readU64(208),
      verifiedInsns: info.readU32(216),
    };
  }

  /** Runs it now, in this system call: BPF_PROG_TEST_RUN. @throws SyscallError */
  testRun(input: TestRun = {}): TestRunResult {
    return runOnce(this.name, this.fd, input);
  }

  /** Links that hold the program keep it running. */
  close(): void {
    this.#fd.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const TYPE_NAMES = new Map<number, ProgramType>(
  Object.entries(PROGRAM_TYPES).map(([name, id]) => [id, name as ProgramType]),
);

function programTypeName(type: number): ProgramInfo['type'] {
  return TYPE_NAMES.get(type) ?? `type ${type}`;
}
