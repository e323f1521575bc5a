/**
 * Fills a ring buffer with events of its own system calls, none of them read meanwhile, then reads all of them at once and tells what one
 * took.
 */
import { closeSync, openSync } from 'node:fs';
import { attach, BpfMap, loadProgram, RingBuffer } from '@waggle/bpf';
import { type CompiledScript, compile, INTERNAL_MAPS, type RecordLayout, SourceText } from '@waggle/bpftrace';
import { compileEventDecoder, compileRecordDecoder } from '@waggle/bpftrace/output';
import { MachineFacts } from '@waggle/trace';
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

const RING_BYTES = 128 * 1024 * 1024;
const SCRIPT = `tracepoint:syscalls:sys_enter_openat /pid == $1/ {
  print((pid = pid, tid = tid, flags = args.flags, comm = comm, path = str(args.filename)));
}`;

const { reader, events, rounds } = givenTask<DrainTask>();

function compileScript(): CompiledScript {
  const options = { positionalParams: [String(process.pid)], ringBytes: RING_BYTES, eventContext: reader === 'events' };
  const { script, diagnostics } = compile(new SourceText('drain.bt', SCRIPT), new MachineFacts(), options);
  if (script === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return script;
}

function decoderFor(layout: RecordLayout): (view: DataView, offset: number, length: number) => unknown {
  if (reader === 'walk') return () => undefined;
  return reader === 'values' ? compileRecordDecoder(layout) : compileEventDecoder(layout);
}

const script = compileScript();
const maps = new Map(script.mapSpecs.map((spec) => [spec.name, BpfMap.create(spec)]));
const ring = new RingBuffer(maps.get(INTERNAL_MAPS.ring)!);
const decode = decoderFor(script.actions[0]!.layout);

function fill(): number {
  const before = ring.pendingBytes;
  const programs = script.programs.map(({ spec }) => loadProgram(spec, { maps }));
  const links = programs.map((program) => attach(program, program.spec.attach, { maps }));
  for (let index = 0; index < events; index++) closeSync(openSync('/etc/passwd', 'r'));
  for (const owned of [...links, ...programs]) owned.close();
  return ring.pendingBytes - before;
}

const nsPerEvent: number[] = [];
let bytes = 0;
/** Keeps the last result in sight, so that none is optimised away. */
let last: unknown;
for (let round = 0; round < rounds; round++) {
  bytes = fill();
  const started = performance.now();
  const records = ring.drain((view, offset, length) => {
    last = decode(view, offset, length);
  });
  nsPerEvent.push(((performance.now() - started) * 1e6) / records);
  if (records !== events) throw new Error(`${records} records, expected ${events}`);
}
if (reader !== 'walk' && last === undefined) throw new Error('nothing was decoded');
process.stdout.write(JSON.stringify({ nsPerEvent, bytesPerEvent: bytes / events } satisfies DrainCost));
