import * as asm from '../asm/builders.ts';
import type { Instruction } from '../asm/instruction.ts';
import { BpfMap } from '../maps/bpf-map.ts';
import { u32, u64 } from '../maps/codec.ts';
import { TypedMap } from '../maps/typed-map.ts';
import { loadProgram } from '../programs/load-program.ts';
import type { Program } from '../programs/program.ts';
import type { AttachSpec, ProgramType } from '../spec/index.ts';

/** A program that counts how often this process (or another) came by its hook. */
export interface Counter extends Disposable {
  readonly program: Program;
  count(): number;
}

/** Leaves, with r0 set, unless the current task belongs to `pid`. */
function onlyProcess(pid: number): readonly Instruction[] {
  return [asm.callHelper('get_current_pid_tgid'), asm.rsh64Imm(0, 32), asm.jneImm(0, pid, 'out')];
}

/** counts[0]++ */
const COUNT: readonly Instruction[] = [
  asm.st(4, 10, -4, 0),
  asm.mov64(2, 10),
  asm.add64Imm(2, -4),
  asm.loadMap(1, 'counts'),
  asm.callHelper('map_lookup_elem'),
  asm.jeqImm(0, 0, 'out'),
  asm.mov64Imm(1, 1),
  asm.atomic('add', 8, 0, 0, 1),
];

export interface CounterOptions {
  /** Only events of this process; null: of all that the hook itself lets through. */
  readonly pid?: number | null;
  /** Instructions that come first, with the context in r1 and r6; they may jump to `out`. */
  readonly guard?: readonly Instruction[];
  /** r0 at the end. */
  readonly result?: number;
  readonly license?: string;
}

export function loadCounter(type: ProgramType, attach: AttachSpec, options: CounterOptions = {}): Counter {
  const { pid = process.pid, guard = [], result = 0, license = 'GPL' } = options;
  const counts = BpfMap.create({ name: 'counts', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 });
  const instructions = [
    asm.mov64(6, 1),
    ...guard,
    ...(pid === null ? [] : onlyProcess(pid)),
    ...COUNT,
    asm.label('out'),
    asm.mov64Imm(0, result),
    asm.exit(),
  ];
  try {
    const spec = { name: 'count', type, attach, license, instructions };
    const program = loadProgram(spec, { maps: new Map([['counts', counts]]) });
    const view = new TypedMap(counts, u32, u64);
    return {
      program,
      count: () => Number(view.get(0)),
      [Symbol.dispose]() {
        program.close();
        counts.close();
      },
    };
  } catch (error) {
    counts.close();
    throw error;
  }
}
