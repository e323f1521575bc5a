/** Compiles one script again and again, and tells what each phase took: the first time, and later. */
import { type CompilePhase, compile, SourceText } from '@waggle/bpftrace';
import { MachineFacts } from '@waggle/trace';
import { givenTask } from '../harness/run-process.ts';
import { median } from '../harness/statistics.ts';

export interface CompileTask {
  readonly script: string;
  /** Compilations after the first. */
  readonly repetitions: number;
}

export type PhaseTimes = Readonly<Record<Exclude<CompilePhase, 'done'>, number>>;

/** Milliseconds. */
export interface CompileCost {
  /** In a fresh process: functions run for the first time, types and formats of the kernel are read. */
  readonly cold: PhaseTimes;
  /** Medians. */
  readonly warm: PhaseTimes;
  readonly insns: number;
}

const { script, repetitions } = givenTask<CompileTask>();
const facts = new MachineFacts();
const source = new SourceText('bench.bt', script);
let insns = 0;

function once(): PhaseTimes {
  const times = { parse: 0, check: 0, lower: 0, emit: 0 };
  let phase: CompilePhase = 'parse';
  let since = performance.now();
  const onPhase = (next: CompilePhase): void => {
    const now = performance.now();
    if (phase !== 'done') times[phase] += now - since;
    phase = next;
    since = now;
  };
  const { script: compiled, diagnostics } = compile(source, facts, { onPhase, eventContext: true });
  if (compiled === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  insns = compiled.programs.reduce((sum, { spec }) => sum + spec.instructions.length, 0);
  return times;
}

const cold = once();
const later = Array.from({ length: repetitions }, once);
const middle = (phase: keyof PhaseTimes): number => median(later.map((times) => times[phase]));
const warm = { parse: middle('parse'), check: middle('check'), lower: middle('lower'), emit: middle('emit') };
process.stdout.write(JSON.stringify({ cold, warm, insns } satisfies CompileCost));
