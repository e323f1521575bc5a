import * as asm from '../asm/builders.ts';
import type { Instruction } from '../asm/instruction.ts';
import { BpfMap } from '../maps/bpf-map.ts';
import { encode, u64 } from '../maps/codec.ts';
import { loadProgram } from '../programs/load-program.ts';

/** A ring buffer and a program that writes numbered records of 16 bytes into it when it is told to. */
export interface RecordSource extends Disposable {
  readonly map: BpfMap;
  /** Writes `count` records; the n-th has the u64s `first + n` and its complement. Those that find no room are lost. */
  write(count: number, first: number): void;
  /** Reserves a record and throws it away. */
  discard(): void;
}

/** ctx: {u64 count, u64 first} */
const WRITE: readonly Instruction[] = [
  asm.functionLabel('main'),
  asm.ldx(8, 6, 1, 0),
  asm.ldx(8, 7, 1, 8),
  asm.stx(8, 10, -8, 7),
  asm.mov64(1, 6),
  asm.loadFunction(2, 'record'),
  asm.mov64(3, 10),
  asm.add64Imm(3, -8),
  asm.mov64Imm(4, 0),
  asm.callHelper('loop'),
  asm.mov64Imm(0, 0),
  asm.exit(),
  asm.functionLabel('record'),
  asm.ldx(8, 3, 2, 0),
  asm.add64(3, 1),
  asm.stx(8, 10, -16, 3),
  asm.alu64('xor', 3, { imm: -1 }),
  asm.stx(8, 10, -8, 3),
  asm.loadMap(1, 'events'),
  asm.mov64(2, 10),
  asm.add64Imm(2, -16),
  asm.mov64Imm(3, 16),
  asm.mov64Imm(4, 0),
  asm.callHelper('ringbuf_output'),
  asm.mov64Imm(0, 0),
  asm.exit(),
];

const DISCARD: readonly Instruction[] = [
  asm.loadMap(1, 'events'),
  asm.mov64Imm(2, 40),
  asm.mov64Imm(3, 0),
  asm.callHelper('ringbuf_reserve'),
  asm.jeqImm(0, 0, 'out'),
  asm.mov64(1, 0),
  asm.mov64Imm(2, 0),
  asm.callHelper('ringbuf_discard'),
  asm.label('out'),
  asm.mov64Imm(0, 0),
  asm.exit(),
];

export function openRecordSource(sizeBytes: number): RecordSource {
  const map = BpfMap.create({ name: 'events', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: sizeBytes });
  const maps = new Map([['events', map]]);
  const attach = { kind: 'test-run' } as const;
  const load = (name: string, instructions: readonly Instruction[]) =>
    loadProgram({ name, type: 'raw-tracepoint', attach, license: 'GPL', instructions }, { maps });
  const writer = load('write', WRITE);
  const discarder = load('discard', DISCARD);
  return {
    map,
    write(count, first) {
      writer.testRun({ ctx: Buffer.concat([encode(u64, BigInt(count)), encode(u64, BigInt(first))]) });
    },
    discard() {
      discarder.testRun();
    },
    [Symbol.dispose]() {
      writer.close();
      discarder.close();
      map.close();
    },
  };
}
