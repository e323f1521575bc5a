import { bpf, bpfAttr } from '../sys/bpf.ts';

/** What a test run is given. Program types differ in what they take: raw tracepoints `ctx`, packet programs `data`. */
export interface TestRun {
  /** The context: for raw tracepoints, up to twelve u64 arguments (Linux 5.10). */
  readonly ctx?: Uint8Array;
  /** The packet, from the Ethernet header on: at least 14 bytes. */
  readonly data?: Uint8Array;
  /** Runs on that CPU (raw tracepoints). */
  readonly cpu?: number;
  /** Runs so many times and averages the duration (packet programs). */
  readonly repeat?: number;
}

export interface TestRunResult {
  /** r0, as u32. */
  readonly returnValue: number;
  /** Average of one run; 0 where the program type does not measure it. */
  readonly durationNs: number;
  /** The packet as the program left it; empty where none was given. */
  readonly data: Buffer;
}

const BPF_F_TEST_RUN_ON_CPU = 1;
const ATTR_SIZE = 80;
/** Packets may grow by what programs push in front. */
const HEADROOM = 256;

/** BPF_PROG_TEST_RUN. @throws SyscallError */
export function runOnce(name: string, programFd: number, input: TestRun): TestRunResult {
  const { ctx, data, cpu, repeat } = input;
  const dataOut = data === undefined ? undefined : Buffer.alloc(data.length + HEADROOM);
  const attr = bpfAttr(ATTR_SIZE)
    .u32(0, programFd)
    .u32(8, data?.length ?? 0)
    .u32(12, dataOut?.length ?? 0)
    .pointer(16, data)
    .pointer(24, dataOut)
    .u32(32, repeat ?? 0)
    .u32(40, ctx?.length ?? 0)
    .pointer(48, ctx);
  if (cpu !== undefined) attr.u32(64, BPF_F_TEST_RUN_ON_CPU).u32(68, cpu);
  bpf(`cannot run program "${name}"`, 'BPF_PROG_TEST_RUN', attr);
  return {
    returnValue: attr.readU32(4),
    durationNs: attr.readU32(36),
    data: dataOut?.subarray(0, attr.readU32(12)) ?? Buffer.alloc(0),
  };
}
