/** Runs compiled scripts in this kernel, for tests. */
import { readFileSync } from 'node:fs';
import { BpfMap, loadProgram, type Program, RingBuffer } from '@waggle/bpf';
import { addressOf } from '@waggle/bpf/sys';
import type { CompiledScript } from '../script/compiled-script.ts';

export interface LoadedScript {
  readonly maps: ReadonlyMap<string, BpfMap>;
  readonly programs: readonly Program[];
  /** Runs a program with these arguments in its context. */
  run(args?: readonly bigint[], program?: number): void;
  /** Records since the last call. */
  records(): Buffer[];
  /** The value of a scalar map, by spec name: of all CPUs, back to back. */
  scalar(name: string): Buffer;
  /** Keys and values as hexadecimal and words. */
  entries(name: string): Map<string, bigint[]>;
  /** A counter of the ledger, over all CPUs. */
  lost(offset: number): bigint;
  [Symbol.dispose](): void;
}

const CONTEXT_WORDS = 12;

export function loadScript(script: CompiledScript): LoadedScript {
  const maps = new Map(script.mapSpecs.map((spec) => [spec.name, BpfMap.create(spec)]));
  const programs: Program[] = [];
  const close = () => {
    ring?.close();
    for (const program of programs) program.close();
    for (const map of maps.values()) map.close();
  };
  const ringMap = maps.get('waggle_ring');
  const ring = ringMap && new RingBuffer(ringMap);
  try {
    for (const { spec } of script.programs) programs.push(loadProgram(spec, { maps }));
  } catch (error) {
    close();
    throw error;
  }
  return {
    maps,
    programs,
    run(args = [], program = 0) {
      const words = BigUint64Array.from({ length: CONTEXT_WORDS }, (_, i) => BigInt.asUintN(64, args[i] ?? 0n));
      programs[program]!.testRun({ ctx: new Uint8Array(words.buffer) });
    },
    records() {
      const found: Buffer[] = [];
      ring?.drain((view, offset, length) => {
        found.push(Buffer.from(Buffer.from(view.buffer, view.byteOffset + offset, length)));
      });
      return found;
    },
    scalar: (name) => maps.get(name)!.lookup(Buffer.alloc(4))!,
    entries: (name) =>
      new Map([...maps.get(name)!.entries()].map(([key, value]) => [key.toString('hex'), wordsOf(value)])),
    lost(offset) {
      const counters = maps.get('waggle_ledger');
      if (!counters) return 0n;
      const words = wordsOf(counters.lookup(Buffer.alloc(4))!);
      const perCpu = counters.spec.valueSize / 8;
      return words.reduce((sum, word, i) => (i % perCpu === offset / 8 ? sum + word : sum), 0n);
    },
    [Symbol.dispose]: close,
  };
}

export function wordsOf(bytes: Buffer): bigint[] {
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => bytes.readBigInt64LE(i * 8));
}

/** Addresses that programs were given stay valid. */
const kept: Buffer[] = [];

/** The address of a C string in this process. */
export function cString(content: string): bigint {
  return addressIn(Buffer.from(`${content}\0`));
}

/** The address of bytes in this process. */
export function addressIn(bytes: Buffer): bigint {
  kept.push(bytes);
  return BigInt(addressOf(bytes));
}

/** This thread's comm, as the kernel has it: 16 bytes. */
export function ownComm(): Buffer {
  const name = readFileSync('/proc/thread-self/comm', 'latin1').trimEnd();
  return Buffer.concat([Buffer.from(name), Buffer.alloc(16)]).subarray(0, 16);
}
