/** Starts and stops one trace again and again in the same process, and tells what each start took: text to attached. */
import { slowClosesDone } from '@waggle/bpf';
import { SourceText } from '@waggle/bpftrace';
import { Identities } from '@waggle/identity';
import { MachineFacts, prepareTrace, resolveTarget, type Sink } from '@waggle/trace';
import { givenTask } from '../harness/run-process.ts';

export interface StartTask {
  readonly script: string;
  readonly repetitions: number;
}

/** Milliseconds of each start, in order. */
export interface StartCost {
  readonly prepareMs: readonly number[];
  readonly startMs: readonly number[];
  readonly stopMs: readonly number[];
}

const { script, repetitions } = givenTask<StartTask>();
const sink: Sink = { event: () => {}, action: () => {} };
const identities = new Identities();
const facts = new MachineFacts();
const source = new SourceText('start.bt', script);
const prepareMs: number[] = [];
const startMs: number[] = [];
const stopMs: number[] = [];
for (let repetition = 0; repetition < repetitions; repetition++) {
  const target = await resolveTarget({ pids: [process.pid] }, identities);
  const before = performance.now();
  const { trace, diagnostics } = prepareTrace({ source, target, facts, identities });
  if (trace === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const prepared = performance.now();
  const running = await trace.start(sink);
  const attached = performance.now();
  await running.stop();
  prepareMs.push(prepared - before);
  startMs.push(attached - prepared);
  stopMs.push(performance.now() - attached);
  // The kernel still takes the probes down, and makes new ones wait for that.
  await slowClosesDone();
}
process.stdout.write(JSON.stringify({ prepareMs, startMs, stopMs } satisfies StartCost));
