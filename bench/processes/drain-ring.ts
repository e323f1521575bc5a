/** Reads a full ring buffer again and again, by the public parts of the packages, and tells what an event took. */
import type { RecordLayout } from '@waggle/bpftrace';
import { compileEventDecoder, compileRecordDecoder } from '@waggle/bpftrace/output';
import { OpenEvents } from '../harness/open-events.ts';
import { givenTask } from '../harness/run-process.ts';

export interface DrainTask {
  readonly reader: 'walk' | 'values' | 'events';
  readonly events: number;
  readonly rounds: number;
}

export interface DrainCost {
  /** Of each round: the first ones run code that V8 has not compiled yet. */
  readonly nsPerEvent: readonly number[];
  readonly bytesPerEvent: number;
}

const { reader, events, rounds } = givenTask<DrainTask>();

function decoderFor(layout: RecordLayout): (view: DataView, offset: number, length: number) => unknown {
  if (reader === 'walk') return () => undefined;
  return reader === 'values' ? compileRecordDecoder(layout) : compileEventDecoder(layout);
}

const opens = new OpenEvents(reader === 'events');
const decode = decoderFor(opens.script.actions[0]!.layout);
const nsPerEvent: number[] = [];
let bytes = 0;
/** Keeps the last result in sight, so that none is optimised away. */
let last: unknown;
for (let round = 0; round < rounds; round++) {
  bytes = opens.make(events);
  const started = performance.now();
  const records = opens.read((view, offset, length) => {
    last = decode(view, offset, length);
  });
  nsPerEvent.push(((performance.now() - started) * 1e6) / records);
  if (records !== events) throw new Error(`${records} records, expected ${events}`);
}
if (reader !== 'walk' && last === undefined) throw new Error('nothing was decoded');
process.stdout.write(JSON.stringify({ nsPerEvent, bytesPerEvent: bytes / events } satisfies DrainCost));
