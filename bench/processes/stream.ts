/** One step of a stream's way from ring buffer to reader, again and again in one process: tells what a record took. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingWriter, readRecording, type Sink } from '@waggle/trace';
import { type EncodedFrame, FrameLog, FrameReader, readStream, StreamMerger } from '@waggle/trace/stream';
import { INFO, NodeStream } from '../harness/node-stream.ts';
import { OpenEvents } from '../harness/open-events.ts';
import { givenTask } from '../harness/run-process.ts';

export interface StreamTask {
  readonly step: 'write' | 'keep' | 'read' | 'merge' | 'record' | 'record.gz' | 'replay' | 'replay.gz';
  readonly records: number;
  readonly rounds: number;
  /** For recordings. */
  readonly folder: string;
  /** Of `merge`: how many nodes, and how many records of one follow each other before another node's come. */
  readonly nodes?: number;
  readonly turn?: number;
}

export interface StreamCost {
  /** Of each round: the first ones run code that V8 has not compiled yet. */
  readonly nsPerRecord: readonly number[];
  /** Of what comes out; of what goes in, where records come out. */
  readonly bytesPerRecord: number;
}

const { step, records, rounds, folder, nodes = 1, turn = 1 } = givenTask<StreamTask>();
const opens = new OpenEvents(true);
/** Records of one file alone would compress as no real ones do. */
const paths = readdirSync('/usr/bin')
  .map((name) => join('/usr/bin', name))
  .filter((path) => existsSync(path));

/** What a step took, and the bytes that it made or read. */
interface Round {
  readonly ms: number;
  readonly bytes: number;
}

/** The streams of so many nodes, that took turns. */
function writeStreams(): Uint8Array[][] {
  const streams = Array.from({ length: nodes }, (): Uint8Array[] => []);
  const writers = streams.map((frames, index) => {
    return new NodeStream(`node-${index}`, opens.script, ({ bytes }) => frames.push(bytes));
  });
  let count = 0;
  opens.make(records, paths);
  opens.read((view, offset, length) => writers[Math.floor(count++ / turn) % nodes]!.take(view, offset, length));
  for (const writer of writers) writer.end();
  return streams;
}

/** From a full ring buffer into frames, which something takes. */
function write(take: (frame: EncodedFrame) => void): Round {
  opens.make(records, paths);
  let bytes = 0;
  const started = performance.now();
  const stream = new NodeStream('node', opens.script, (frame) => {
    bytes += frame.bytes.length;
    take(frame);
  });
  opens.read((view, offset, length) => stream.take(view, offset, length));
  stream.flush();
  const ms = performance.now() - started;
  stream.end();
  return { ms, bytes };
}

/** Events are made, and forgotten. */
function forgetfulReader(): { readonly reader: FrameReader; readonly seen: () => number } {
  let seen = 0;
  const sink: Sink = {
    event: () => {
      seen++;
    },
    action: () => {},
  };
  return { reader: new FrameReader({ open: () => sink }), seen: () => seen };
}

async function read(chunks: AsyncIterable<Uint8Array>, bytes: number): Promise<Round> {
  const { reader, seen } = forgetfulReader();
  const started = performance.now();
  await readStream(chunks, reader);
  const ms = performance.now() - started;
  if (seen() !== records) throw new Error(`${seen()} records were read, expected ${records}`);
  return { ms, bytes };
}

async function merge(): Promise<Round> {
  const streams = writeStreams();
  const merger = new StreamMerger({ info: INFO });
  let bytes = 0;
  const started = performance.now();
  for (const [index, frames] of streams.entries()) void merger.source(`node-${index}`).read(piecewise(frames));
  merger.close();
  for await (const chunk of merger) bytes += chunk.length;
  return { ms: performance.now() - started, bytes };
}

async function* piecewise(frames: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* frames;
}

/** To the last byte in the file, which the page cache takes. */
function record(path: string): Round {
  const frames = writeStreams()[0]!;
  const started = performance.now();
  const recording = new RecordingWriter(path);
  for (const bytes of frames) recording.write(bytes);
  recording.close();
  return { ms: performance.now() - started, bytes: statSync(path).size };
}

async function replay(path: string): Promise<Round> {
  const { bytes } = record(path);
  readFileSync(path); // It is in the page cache.
  return read(readRecording(path), bytes);
}

const STEPS: Readonly<Record<StreamTask['step'], () => Round | Promise<Round>>> = {
  write: () => write(() => {}),
  keep: () => {
    const log = new FrameLog({ maxBytes: 2 * 1024 * 1024 });
    return write((frame) => log.append(frame));
  },
  read: () => {
    const frames = writeStreams()[0]!;
    return read(
      piecewise(frames),
      frames.reduce((sum, { length }) => sum + length, 0),
    );
  },
  merge,
  record: () => record(join(folder, 'opens.frames')),
  'record.gz': () => record(join(folder, 'opens.frames.gz')),
  replay: () => replay(join(folder, 'opens.frames')),
  'replay.gz': () => replay(join(folder, 'opens.frames.gz')),
};

const nsPerRecord: number[] = [];
let bytesPerRecord = 0;
for (let round = 0; round < rounds; round++) {
  const { ms, bytes } = await STEPS[step]();
  nsPerRecord.push((ms * 1e6) / records);
  bytesPerRecord = bytes / records;
}
for (const name of ['opens.frames', 'opens.frames.gz']) rmSync(join(folder, name), { force: true });
process.stdout.write(JSON.stringify({ nsPerRecord, bytesPerRecord } satisfies StreamCost));
